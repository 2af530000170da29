import type { JSX } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ListedMember } from '../../../../shared/client/call-types.ts'
import type { ChatModel } from '../model/chat-model.ts'
import type { MemberList } from '../model/member-list.ts'
import { createMemberList } from '../model/member-list.ts'
import type { ViewedRoom } from '../model/room.ts'
import { externalIdsIn, findPeople } from '../model/start-chat.ts'
import { BannedList } from './banned-list.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Dialog } from './dialog.tsx'
import { MemberDialog } from './member-dialog.tsx'
import { MemberRow } from './member-row.tsx'
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

/** The loaded members with their roles, or, if the service has no roles, all members. */
const useMembers = (
  model: ChatModel,
  room: ViewedRoom,
): { readonly list: MemberList; readonly shown: readonly ListedMember[] } => {
  const list = useMemo(() => createMemberList({ room: room.id, client: model.client, people: model.people }), [room])
  const isOffered = model.features.value.has('list-members')
  useEffect(() => (isOffered ? list.follow() : undefined), [list, isOffered])
  const all = room.members.value.map((user_id) => ({ user_id }))
  return { list, shown: isOffered && !room.hasLeft.value ? (list.members.value ?? []) : all }
}

/** The members of a chat, with the ways to add, remove and manage them that the user has. */
export const PeopleDialog = ({ model, room, close }: Omit<PeopleProps, 'task'> & { readonly close: () => void }): JSX.Element => {
  const task = useTask()
  const { list, shown } = useMembers(model, room)
  const [removing, setRemoving] = useState<string>()
  const [managed, setManaged] = useState<string>()
  const managedMember = shown.find(({ user_id }) => user_id === managed)
  const { rights } = room
  useEffect(() => model.people.refresh(room.members.peek().slice(0, mostRefreshed)), [room])
  return (
    <Dialog title="People" close={close}>
      <div class="dialog-body">
        <ul class="people">
          {shown.map((member) => (
            <MemberRow
              key={member.user_id}
              model={model}
              room={room}
              member={member}
              isBusy={task.isBusy}
              remove={() => setRemoving(member.user_id)}
              manage={() => setManaged(member.user_id)}
            />
          ))}
        </ul>
        {list.hasMore.value ? (
          <button type="button" class="button small" disabled={task.isBusy} onClick={() => task.run(list.loadMore)}>
            Show more
          </button>
        ) : null}
        {room.hasLeft.value || !rights.may('add') ? (
          <Problem text={task.problem} />
        ) : (
          <Adding model={model} room={room} task={task} />
        )}
        {!room.hasLeft.value && rights.may('roles') ? <BannedList model={model} room={room} /> : null}
      </div>
      {removing === undefined ? null : (
        <ConfirmRemoval model={model} room={room} task={task} id={removing} close={() => setRemoving(undefined)} />
      )}
      {managedMember === undefined ? null : (
        <MemberDialog model={model} room={room} member={managedMember} close={() => setManaged(undefined)} />
      )}
    </Dialog>
  )
}
