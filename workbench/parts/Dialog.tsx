import './dialog.css';
import { Dialog as Kobalte } from '@kobalte/core/dialog';
import type { JSX, ParentProps } from 'solid-js';
import { Icon } from './Icon.tsx';

/** A dialog that is open as long as it is there. Escape and a click beside it close it. */
export function Dialog(
  props: ParentProps<{ readonly title: JSX.Element; readonly wide?: boolean; readonly onClose: () => void }>,
) {
  return (
    <Kobalte open onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class="dialog-shade" />
        <div class="dialog-place">
          <Kobalte.Content class="dialog" data-wide={props.wide}>
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
