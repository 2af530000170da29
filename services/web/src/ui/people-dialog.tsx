import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import type { Room } from '../model/room.ts'
import { externalIdsIn, findPeople } from '../model/start-chat.ts'
import { Avatar } from './avatar.tsx'
import { Dialog } from './dialog.tsx'
import { PersonPicker } from './person-picker.tsx'
import { Problem } from './problem.tsx'
import type { Task } from './use-task.ts'
import { useTask } from './use-task.ts'

interface PeopleProps {
  readonly model: ChatModel
  readonly room: Room
  readonly task: Task
}

const Members = ({ model, room, task }: PeopleProps): JSX.Element => (
  <ul class="people">
    {room.members.value.map((id) => {
      const isMe = id === model.me.value?.id
      const name = model.people.nameOf(id)
      const remove = async (): Promise<void> => void (await model.client.removeUsers(room.id, [id]))
      return (
        <li key={id} class="person">
          <Avatar name={name} seed={id} size="s" />
          <span class="person-name">
            {name} <span class="quiet">{isMe ? 'you' : model.people.person(id)?.externalUserId}</span>
          </span>
          <button
            type="button"
            class="button small"
            disabled={task.isBusy}
            aria-label={isMe ? 'Leave the chat' : `Remove ${name}`}
            onClick={() => task.run(remove)}
          >
            {isMe ? 'Leave' : 'Remove'}
          </button>
        </li>
      )
    })}
  </ul>
)

const Adding = ({ model, room, task }: PeopleProps): JSX.Element => {
  const [typed, setTyped] = useState('')
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const others = model.people.known.filter(({ id }) => !room.members.value.includes(id))
  const add = async (): Promise<void> => {
    const found = await findPeople(model, externalIdsIn(typed))
    const users = [...new Set([...picked, ...found.map(({ id }) => id)])]
    if (users.length === 0) throw new Error('Say who is to be added.')
    await model.client.addUsers(room.id, users)
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

/** Who is in a chat; add and remove. */
export const PeopleDialog = ({ model, room, close }: Omit<PeopleProps, 'task'> & { readonly close: () => void }): JSX.Element => {
  const task = useTask()
  return (
    <Dialog title="People" close={close}>
      <div class="dialog-body">
        <Members model={model} room={room} task={task} />
        {room.isOver.value ? <Problem text={task.problem} /> : <Adding model={model} room={room} task={task} />}
      </div>
    </Dialog>
  )
}
