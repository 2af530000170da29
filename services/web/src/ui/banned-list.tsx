import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { createMemberList } from '../model/member-list.ts'
import type { ViewedRoom } from '../model/room.ts'
import { ExcludedPerson } from './excluded-person.tsx'
import { Problem } from './problem.tsx'
import { useTask } from './use-task.ts'

/** The users who are banned from a chat, with a way to lift each ban; nothing if there are none. */
export const BannedList = ({ model, room }: { readonly model: ChatModel; readonly room: ViewedRoom }): JSX.Element | null => {
  const { client, people } = model
  const list = useMemo(() => createMemberList({ room: room.id, client, people, banned: true }), [room])
  useEffect(list.follow, [list])
  const { isBusy, problem, run } = useTask()
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
          <ExcludedPerson
            key={id}
            model={model}
            id={id}
            action="Lift the ban"
            label={(name) => `Lift the ban of ${name}`}
            isBusy={isBusy}
            end={() => run((signal) => lift(id, signal))}
          />
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
