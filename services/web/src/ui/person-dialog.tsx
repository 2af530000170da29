import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { offersDirectChats, openDirectChat } from '../model/direct-chat.ts'
import { goTo } from '../model/route.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Dialog } from './dialog.tsx'
import { PersonHead } from './person-head.tsx'
import { Problem } from './problem.tsx'
import { useTask } from './use-task.ts'

interface PersonProps {
  readonly model: ChatModel
  /** The id of the user. */
  readonly id: string
  readonly close: () => void
}

const PersonActions = ({ model, id, close }: PersonProps): JSX.Element => {
  // A task of its own: while it runs, it must neither disable the buttons nor have an action ignored.
  const reading = useTask()
  const { isBusy, problem, run } = useTask()
  const [asks, setAsks] = useState(false)
  const { blocked } = model
  useEffect(() => reading.run(blocked.read), [])
  const isBlocked = blocked.ids.value?.includes(id)
  const setBlocked = (on: boolean): void => run((signal) => blocked.set(id, on, signal))
  const write = async (signal: AbortSignal): Promise<void> => {
    const room = await openDirectChat(model, id, signal)
    if (signal.aborted) return
    close()
    goTo({ view: 'chat', room })
  }
  return (
    <>
      {isBlocked ? (
        <p class="quiet">You have blocked this person. They cannot start a direct chat with you or add you to a chat.</p>
      ) : null}
      <Problem text={problem ?? reading.problem} />
      <div class="choices">
        <button
          type="button"
          class="button"
          disabled={isBusy || isBlocked === undefined}
          onClick={() => (isBlocked ? setBlocked(false) : setAsks(true))}
        >
          {isBlocked ? 'Unblock' : 'Block'}
        </button>
        <button type="button" class="button primary" disabled={isBusy} onClick={() => run(write)}>
          Direct chat
        </button>
      </div>
      {asks ? (
        <ConfirmDialog title="Block this person?" action="Block" confirm={() => setBlocked(true)} close={() => setAsks(false)}>
          <bdi>{model.people.nameOf(id)}</bdi> can no longer start a direct chat with you or add you to a chat. Chats that you
          both are in stay as they are. You can remove the block at any time.
        </ConfirmDialog>
      ) : null}
    </>
  )
}

/** Another user, with the actions on it that the service offers. */
export const PersonDialog = ({ model, id, close }: PersonProps): JSX.Element => {
  useEffect(() => model.people.refresh([id]), [id])
  return (
    <Dialog title="Profile" close={close}>
      <div class="dialog-body">
        <PersonHead model={model} id={id} />
        {offersDirectChats(model) ? <PersonActions model={model} id={id} close={close} /> : null}
      </div>
    </Dialog>
  )
}
