import './dialog.css';
import { Dialog as Kobalte } from '@kobalte/core/dialog';
import type { JSX, ParentProps } from 'solid-js';
import { Icon } from './Icon.tsx';

/** A dialog that is open as long as it is there. Escape and a click beside it close it. */
export function Dialog(
  props: ParentProps<{ readonly title: JSX.Element; readonly wide?: boolean; readonly onClose: () => void }>,
) {
  let content!: HTMLDivElement;
  /** Into what is to be filled in, rather than onto the button that closes; on a phone that would raise its keyboard. */
  const first = (event: Event): void => {
    const field = content.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea):not([type=checkbox])');
    if (!field || !matchMedia('(hover: hover)').matches) return;
    event.preventDefault();
    field.focus();
  };
  return (
    <Kobalte open onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="dialog-shade" />
        <div class="dialog-place">
          <Kobalte.Content ref={content} class="dialog" data-wide={props.wide} onOpenAutoFocus={first}>
            <header class="dialog-head">
              <Kobalte.Title class="dialog-title">{props.title}</Kobalte.Title>
              <Kobalte.CloseButton class="button plain icon small" aria-label="Close">
                <Icon name="close" />
              </Kobalte.CloseButton>
            </header>
            <div class="dialog-body">{props.children}</div>
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte>
  );
}
