import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { goTo } from '../model/route.ts'
import { startUnnamedChat } from '../model/start-chat.ts'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'
import { useTask } from './use-task.ts'

interface InvitationDialogProps {
  readonly model: ChatModel
  readonly from: string
  readonly close: () => void
}

/** Shown after an invitation link was opened. The chat starts only when the user confirms. */
export const InvitationDialog = ({ model, from, close }: InvitationDialogProps): JSX.Element => {
  const { isBusy, problem, run } = useTask()
  useEffect(() => model.people.request([from]), [model, from])
  const person = model.people.person(from)
  const name = person === undefined ? 'the sender of the link' : person.name || person.externalUserId
  const isMine = from === model.me.value?.id
  const accept = async (signal: AbortSignal): Promise<void> => {
    const room = await startUnnamedChat(model, [from], signal)
    if (signal.aborted) return
    goTo({ view: 'chat', room })
  }
  return (
    <Dialog title="An invitation" close={close}>
      <div class="dialog-body">
        <p>
          {isMine ? (
            'This is your own invitation link. Send it to somebody else.'
          ) : (
            <>
              Start a chat with <bdi>{name}</bdi>?
            </>
          )}
        </p>
        <Problem text={problem} />
        <button type="button" class="button primary wide" disabled={isBusy} onClick={() => (isMine ? close() : run(accept))}>
          {isMine ? 'OK' : 'Start the chat'}
        </button>
      </div>
    </Dialog>
  )
}
