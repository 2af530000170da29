import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import { ExcludedPerson } from './excluded-person.tsx'
import { Problem } from './problem.tsx'
import { useTask } from './use-task.ts'

/** The users whom the signed-in user has blocked. */
export const BlockedList = ({ model }: { readonly model: ChatModel }): JSX.Element | null => {
  const { isBusy, problem, run } = useTask()
  const { blocked } = model
  const ids = blocked.ids.value
  if (ids === undefined) return null
  return (
    <section class="dialog-part">
      <h3>Blocked people</h3>
      {ids.length === 0 ? <p class="quiet">You have blocked nobody.</p> : null}
      <Problem text={problem} />
      <ul class="people">
        {ids.map((id) => (
          <ExcludedPerson
            key={id}
            model={model}
            id={id}
            action="Unblock"
            label={(name) => `Unblock ${name}`}
            isBusy={isBusy}
            end={() => run((signal) => blocked.set(id, false, signal))}
          />
        ))}
      </ul>
    </section>
  )
}
