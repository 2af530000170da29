import type { JSX } from 'preact'
import type { MessageView } from '../model/message-view.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'

/** Asks before a message is deleted. */
export const DeleteDialog = ({ view }: { readonly view: MessageView }): JSX.Element | null => {
  const message = view.deleting.value
  if (message === undefined) return null
  const close = (): void => {
    view.deleting.value = undefined
  }
  return (
    <ConfirmDialog title="Delete the message?" action="Delete" confirm={() => view.delete(message)} close={close}>
      The text is deleted for all members of this chat. It cannot be restored.
    </ConfirmDialog>
  )
}
