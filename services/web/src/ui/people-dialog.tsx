import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { isolate } from '../model/isolate.ts'
import type { ViewedRoom } from '../model/room.ts'
import { externalIdsIn, findPeople } from '../model/start-chat.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Dialog } from './dialog.tsx'
import { PersonAvatar } from './person-avatar.tsx'
import { PersonLink } from './person-link.tsx'
import { PersonPicker } from './person-picker.tsx'
import { Problem } from './problem.tsx'
import type { UiTask } from './use-task.ts'
import { useTask } from './use-task.ts'

/** The names of so many members are read again when the dialog opens. */
const mostRefreshed = 100

interface PeopleProps {
  readonly model: ChatModel
  readonly room: ViewedRoom
  readonly task: UiTask
}

interface MemberProps extends PeopleProps {
  readonly id: string
  readonly remove: () => void
}

const Member = ({ model, room, task, id, remove }: MemberProps): JSX.Element => {
  const isMe = id === model.me.value?.id
  const name = model.people.nameOf(id)
  return (
    <li class="person">
      <PersonAvatar model={model} id={id} />
      <PersonLink model={model} id={id} />
      {room.isDirect ? null : (
        <button
          type="button"
          class="button small"
          disabled={task.isBusy}
          aria-label={isMe ? 'Leave the chat' : `Remove ${isolate(name)}`}
          onClick={remove}
        >
          {isMe ? 'Leave' : 'Remove'}
        </button>
      )}
    </li>
  )
}

interface ConfirmRemovalProps extends PeopleProps {
  readonly id: string
  readonly close: () => void
}

const ConfirmRemoval = ({ model, room, task, id, close }: ConfirmRemovalProps): JSX.Element => {
  const isMe = id === model.me.value?.id
  const remove = async (signal: AbortSignal): Promise<void> => void (await model.client.removeUsers(room.id, [id], { signal }))
  return (
    <ConfirmDialog
      title={isMe ? 'Leave this chat?' : 'Remove this person?'}
      action={isMe ? 'Leave' : 'Remove'}
      confirm={() => task.run(remove)}
      close={close}
    >
      {isMe ? (
        'You get no more messages of this chat, until a member adds you again.'
      ) : (
        <>
          <bdi>{model.people.nameOf(id)}</bdi> gets no more messages of this chat, until a member adds them again.
        </>
      )}
    </ConfirmDialog>
  )
}

const Adding = ({ model, room, task }: PeopleProps): JSX.Element => {
  const [typed, setTyped] = useState('')
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const others = model.people.known.filter(({ id }) => !room.members.value.includes(id))
  const add = async (signal: AbortSignal): Promise<void> => {
    const found = await findPeople(model, externalIdsIn(typed), signal)
    const users = [...new Set([...picked, ...found.map(({ id }) => id)])]
    if (users.length === 0) throw new Error('Name the people to add.')
    await model.client.addUsers(room.id, users, { signal })
    setTyped('')
    setPicked(new Set())
  }
  return (
    <form
      class="adding"
      onSubmit={(event) => {
        event.preventDefault()
        task.run(add)
      }}
    >
      <h3>Add people</h3>
      <PersonPicker people={others} picked={picked} pick={setPicked} typed={typed} type={setTyped} />
      <Problem text={task.problem} />
      <button type="submit" class="button primary wide" disabled={task.isBusy}>
        Add
      </button>
    </form>
  )
}

/** The members of a chat, with ways to add and remove some. */
export const PeopleDialog = ({ model, room, close }: Omit<PeopleProps, 'task'> & { readonly close: () => void }): JSX.Element => {
  const task = useTask()
  const [removing, setRemoving] = useState<string>()
  useEffect(() => model.people.refresh(room.members.peek().slice(0, mostRefreshed)), [room])
  return (
    <Dialog title="People" close={close}>
      <div class="dialog-body">
        <ul class="people">
          {room.members.value.map((id) => (
            <Member key={id} model={model} room={room} task={task} id={id} remove={() => setRemoving(id)} />
          ))}
        </ul>
        {room.hasLeft.value || room.isDirect ? <Problem text={task.problem} /> : <Adding model={model} room={room} task={task} />}
      </div>
      {removing === undefined ? null : (
        <ConfirmRemoval model={model} room={room} task={task} id={removing} close={() => setRemoving(undefined)} />
      )}
    </Dialog>
  )
}
