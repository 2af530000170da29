import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import { isolate } from '../model/isolate.ts'
import { PersonAvatar } from './person-avatar.tsx'
import { Problem } from './problem.tsx'
import { useTask } from './use-task.ts'

/** The users whom the signed-in user has blocked. Names are known only of users who share a chat with it. */
export const BlockedList = ({ model }: { readonly model: ChatModel }): JSX.Element | null => {
  const { isBusy, problem, run } = useTask()
  const { people, blocked } = model
  const ids = blocked.ids.value
  if (ids === undefined) return null
  const nameOf = (id: string): string => (people.person(id) === undefined ? 'Unknown person' : people.nameOf(id))
  return (
    <section class="dialog-part">
      <h3>Blocked people</h3>
      {ids.length === 0 ? <p class="quiet">You have blocked nobody.</p> : null}
      <Problem text={problem} />
      <ul class="people">
        {ids.map((id) => (
          <li key={id} class="person">
            <PersonAvatar model={model} id={id} />
            <bdi class="person-name">{nameOf(id)}</bdi>
            <button
              type="button"
              class="button small"
              disabled={isBusy}
              aria-label={`Unblock ${isolate(nameOf(id))}`}
              onClick={() => run((signal) => blocked.set(id, false, signal))}
            >
              Unblock
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
