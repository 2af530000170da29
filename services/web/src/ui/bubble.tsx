import type { JSX } from 'preact'
import type { Outgoing } from '../model/outbox.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icons.tsx'
import { MessageText } from './message-text.tsx'
import { timeOfDay, wholeTime } from './times.ts'

interface BubbleProps {
  readonly text: string
  /** Anything but `text` is named: the page shows no files and pictures, only what was written. */
  readonly type?: string
  readonly at: string
  readonly isMine: boolean
  readonly state?: Outgoing['state']
}

const states = {
  pending: { icon: 'clock', says: 'Being sent' },
  stored: { icon: 'check', says: 'Stored' },
  failed: { icon: 'alert', says: 'Not sent' },
} as const

const StateMark = ({ state }: { readonly state: Outgoing['state'] }): JSX.Element => (
  <span class="state" title={states[state].says}>
    <Icon name={states[state].icon} />
    <span class="unseen">{states[state].says}</span>
  </span>
)

/** A message in its frame, with its time and state. */
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
