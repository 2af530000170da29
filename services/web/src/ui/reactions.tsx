import type { JSX } from 'preact'
import type { RoomMessage } from '../../../../shared/client/chat-events.ts'
import type { MessageView } from '../model/message-view.ts'
import { useReactors } from './use-reactors.ts'

interface ChipProps {
  readonly view: MessageView
  readonly message: RoomMessage
  readonly reaction: string
  readonly count: number
}

const Chip = ({ view, message, reaction, count }: ChipProps): JSX.Element => {
  const isOwn = message.my_reactions?.includes(reaction) === true
  const { names, handlers, isLongPress } = useReactors(view, message, reaction, count)
  const toggle = (): void => {
    if (!isLongPress()) view.react(message, reaction)
  }
  return (
    <li class="chip-place">
      <button
        type="button"
        class="chip"
        aria-pressed={isOwn}
        aria-label={`${reaction} ${count}`}
        disabled={!view.can('set-reaction')}
        onClick={toggle}
        {...handlers}
      >
        <bdi class="chip-key">{reaction}</bdi>
        <span>{count}</span>
      </button>
      <span class="reactors" role="status" hidden={names === undefined}>
        {names}
      </span>
    </li>
  )
}

interface ReactionsProps {
  readonly view: MessageView
  readonly message: RoomMessage
  readonly reactions: Readonly<Record<string, number>>
}

/** The reactions to a message with their counts. A click sets or removes the own one. */
export const Reactions = ({ view, message, reactions }: ReactionsProps): JSX.Element => (
  <ul class="chips" aria-label="Reactions">
    {Object.entries(reactions).map(([reaction, count]) => (
      <Chip key={reaction} view={view} message={message} reaction={reaction} count={count} />
    ))}
  </ul>
)
