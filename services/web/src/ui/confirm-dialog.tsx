import type { ComponentChildren, JSX } from 'preact'
import { Dialog } from './dialog.tsx'

interface ConfirmDialogProps {
  readonly title: string
  /** Explains the effect of the action and what it deletes. */
  readonly children: ComponentChildren
  /** The verb on the button. */
  readonly action: string
  readonly confirm: () => void
  readonly close: () => void
}

/** Asks before an action that cannot be undone. The focus starts on Cancel. */
export const ConfirmDialog = ({ title, children, action, confirm, close }: ConfirmDialogProps): JSX.Element => {
  const confirmed = (): void => {
    close()
    confirm()
  }
  return (
    <Dialog title={title} close={close}>
      <div class="dialog-body">
        <p>{children}</p>
        <div class="choices">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="button" class="button danger" onClick={confirmed}>
            {action}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
