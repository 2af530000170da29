import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { invitationTo } from '../model/route.ts'
import { Dialog } from './dialog.tsx'

/** Shows the link that starts a chat with this user. */
export const InviteDialog = ({ model, close }: { readonly model: ChatModel; readonly close: () => void }): JSX.Element => {
  const input = useRef<HTMLInputElement>(null)
  const [isCopied, setCopied] = useState(false)
  const me = model.me.value
  const copy = (): void => {
    const element = input.current
    if (element === null) return
    element.select()
    // The clipboard needs a secure context; without one the text is at least selected.
    const written = (navigator.clipboard as Clipboard | undefined)?.writeText(element.value)
    written?.then(
      () => setCopied(true),
      () => undefined,
    )
  }
  return (
    <Dialog title="Invite somebody" close={close}>
      <div class="dialog-body">
        <p class="quiet">A person who opens this link and signs in can start a chat with you.</p>
        <label class="field">
          <span class="field-label">Your invitation link</span>
          <input
            ref={input}
            type="text"
            readOnly
            value={me === undefined ? '' : invitationTo(me.id)}
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
        </label>
        <button type="button" class="button primary wide" disabled={me === undefined} onClick={copy}>
          {isCopied ? 'Copied' : 'Copy the link'}
        </button>
        <p class="unseen" role="status">
          {isCopied ? 'The link is copied.' : ''}
        </p>
      </div>
    </Dialog>
  )
}
