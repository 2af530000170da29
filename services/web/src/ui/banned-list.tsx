import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { isolate } from '../model/isolate.ts'
import { createMemberList } from '../model/member-list.ts'
import type { ViewedRoom } from '../model/room.ts'
import { PersonAvatar } from './person-avatar.tsx'
import { Problem } from './problem.tsx'
import { useTask } from './use-task.ts'

/** The users who are banned from a chat, with a way to lift each ban; nothing if there are none. */
export const BannedList = ({ model, room }: { readonly model: ChatModel; readonly room: ViewedRoom }): JSX.Element | null => {
  const { client, people } = model
  const list = useMemo(() => createMemberList({ room: room.id, client, people, banned: true }), [room])
  useEffect(list.follow, [list])
  const { isBusy, problem, run } = useTask()
  const nameOf = (id: string): string => (people.person(id) === undefined ? 'Unknown person' : people.nameOf(id))
  const lift = async (id: string, signal: AbortSignal): Promise<void> => {
    await client.updateMembers(room.id, [id], 'member', { signal })
  }
  const banned = list.members.value ?? []
  if (banned.length === 0) return null
  return (
    <section class="dialog-part">
      <h3>Banned people</h3>
      <Problem text={problem} />
      <ul class="people">
        {banned.map(({ user_id: id }) => (
          <li key={id} class="person">
            <PersonAvatar model={model} id={id} />
            <bdi class="person-name">{nameOf(id)}</bdi>
            <button
              type="button"
              class="button small"
              disabled={isBusy}
              aria-label={`Lift the ban of ${isolate(nameOf(id))}`}
              onClick={() => run((signal) => lift(id, signal))}
            >
              Lift the ban
            </button>
          </li>
        ))}
      </ul>
      {list.hasMore.value ? (
        <button type="button" class="button small" disabled={isBusy} onClick={() => run(list.loadMore)}>
          Show more
        </button>
      ) : null}
    </section>
  )
}
