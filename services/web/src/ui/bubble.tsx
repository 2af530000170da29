import type { JSX } from 'preact'
import type { OutgoingMessage } from '../model/outgoing-messages.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icons.tsx'
import { MessageText } from './message-text.tsx'
import { timeOfDay, wholeTime } from './times.ts'

interface BubbleProps {
  readonly text: string
  /** The type is shown unless it is `text`: the page shows texts, and no files or pictures. */
  readonly type?: string
  readonly at: string
  readonly isMine: boolean
  readonly state?: OutgoingMessage['state']
}

const states = {
  pending: { icon: 'clock', text: 'Being sent' },
  stored: { icon: 'check', text: 'Stored' },
  failed: { icon: 'alert', text: 'Not sent' },
} as const

const StateMark = ({ state }: { readonly state: OutgoingMessage['state'] }): JSX.Element => (
  <span class="state" title={states[state].text}>
    <Icon name={states[state].icon} />
    <span class="unseen">{states[state].text}</span>
  </span>
)

/** A message with its time and state. */
export const Bubble = ({ text, type = 'text', at, isMine, state = 'stored' }: BubbleProps): JSX.Element => (
  <div class="bubble" data-state={isMine ? state : undefined}>
    {type === 'text' ? null : <span class="type">{type}</span>}
    <MessageText text={text} />
    <span class="stamp">
      <time dateTime={at} title={wholeTime(at)}>
        {timeOfDay(at)}
      </time>
      {isMine ? <StateMark state={state} /> : null}
    </span>
    <CopyButton text={text} />
  </div>
)
