import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import { isolate } from '../model/isolate.ts'
import { PersonAvatar } from './person-avatar.tsx'

interface ExcludedPersonProps {
  readonly model: ChatModel
  readonly id: string
  /** The text of the button that ends the exclusion. */
  readonly action: string
  /** The text of the button for screen readers. */
  readonly label: (name: string) => string
  readonly isBusy: boolean
  readonly end: () => void
}

/** A banned or blocked user in a list. Its name is known only if it shares a chat with the signed-in user. */
export const ExcludedPerson = ({ model, id, action, label, isBusy, end }: ExcludedPersonProps): JSX.Element => {
  const { people } = model
  const name = people.person(id) === undefined ? 'Unknown person' : people.nameOf(id)
  return (
    <li class="person">
      <PersonAvatar model={model} id={id} />
      <bdi class="person-name">{name}</bdi>
      <button type="button" class="button small" disabled={isBusy} aria-label={label(isolate(name))} onClick={end}>
        {action}
      </button>
    </li>
  )
}
