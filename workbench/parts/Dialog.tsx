import './dialog.css';
import { Dialog as Kobalte } from '@kobalte/core/dialog';
import type { JSX, ParentProps } from 'solid-js';
import { Icon } from './Icon.tsx';

/**
 * A dialog that is open as long as it is there. Escape and a click beside it close it. What has `autofocus` in it has the focus first; in the
 * end it goes back to where it was.
 */
export function Dialog(
  props: ParentProps<{ readonly title: JSX.Element; readonly wide?: boolean; readonly onClose: () => void }>,
) {
  const before = document.activeElement;
  let content!: HTMLDivElement;
  /** What is to be filled in, rather than the button that closes; on a phone that would raise its keyboard. */
  const firstField = (): HTMLElement | null =>
    matchMedia('(hover: hover)').matches
      ? content.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea):not([type=checkbox])')
      : null;
  const begin = (event: Event): void => {
    const wanted = content.querySelector<HTMLElement>('[autofocus]') ?? firstField();
    if (wanted === null) return;
    event.preventDefault();
    wanted.focus();
  };
  const giveBack = (event: Event): void => {
    event.preventDefault();
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
  return (
    <Kobalte open onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="dialog-shade" />
        <div class="dialog-place">
          <Kobalte.Content
            class="dialog"
            data-wide={props.wide}
            ref={content}
            onOpenAutoFocus={begin}
            onCloseAutoFocus={giveBack}
          >
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
