import type { JSX } from 'preact'
import type { MessageView } from '../model/message-view.ts'
import type { OutgoingMessage, OutgoingMessages } from '../model/outgoing-messages.ts'
import type { TimelineEntry } from '../model/timeline.ts'
import { Attachments } from './attachments.tsx'
import type { BubbleMessage } from './bubble.tsx'
import { Bubble } from './bubble.tsx'
import { changeText } from './change-text.ts'
import { MessageRow } from './message-row.tsx'
import { Quote } from './quote.tsx'
import { dayName } from './times.ts'

/** Messages of one sender within this time form a group. */
const groupMs = 5 * 60_000

const isSameDay = (one: string, other: string): boolean => new Date(one).toDateString() === new Date(other).toDateString()

const continues = (entry: TimelineEntry, before: TimelineEntry | undefined): boolean =>
  entry.kind === 'message' &&
  before?.kind === 'message' &&
  entry.message.user_id === before.message.user_id &&
  isSameDay(entry.at, before.at) &&
  Date.parse(entry.at) - Date.parse(before.at) < groupMs

interface EntryRowProps {
  readonly view: MessageView
  readonly entry: TimelineEntry
  readonly before: TimelineEntry | undefined
  /** Shows the line "New messages" above it. */
  readonly isFirstNew: boolean
}

/** An entry, with the date above the first one of a day, and a line above the first new one. */
export const EntryRow = ({ view, entry, before, isFirstNew }: EntryRowProps): JSX.Element => (
  <>
    {before !== undefined && isSameDay(before.at, entry.at) ? null : (
      <li class="day">
        <span>{dayName(entry.at)}</span>
      </li>
    )}
    {isFirstNew ? (
      <li class="new-line">
        <span>New messages</span>
      </li>
    ) : null}
    {entry.kind === 'message' ? (
      <MessageRow view={view} entry={entry} isNext={continues(entry, before)} />
    ) : (
      <li class="notice">{changeText(view.model, entry)}</li>
    )}
  </>
)

interface OutgoingProps {
  readonly view: MessageView
  readonly message: OutgoingMessage
  readonly outgoingMessages: OutgoingMessages
  /** The message above is of the same user. */
  readonly isNext: boolean
}

const shownMessage = ({ msg, at, attachments }: OutgoingMessage): BubbleMessage => ({
  ...{ msg, type: 'text', created_at: at, modified_at: at },
  ...(attachments && { attachments }),
})

const FilesOf = ({ view, message: { id, state, attachments } }: Pick<OutgoingProps, 'view' | 'message'>): JSX.Element | null =>
  attachments === undefined ? null : (
    <Attachments files={attachments} message={state === 'stored' ? id : undefined} addresses={view.room.files} />
  )

/** A message of the signed-in user that is not in the history yet. */
export const OutgoingRow = ({ view, message, outgoingMessages, isNext }: OutgoingProps): JSX.Element => (
  <li class="row" data-mine="true" data-next={isNext}>
    <div class="row-body">
      <span class="unseen">You</span>
      <Bubble message={shownMessage(message)} isMine state={message.state} files={<FilesOf view={view} message={message} />}>
        {message.replyTo === undefined ? null : <Quote view={view} id={message.replyTo} />}
      </Bubble>
      {message.state === 'failed' ? (
        <p class="failure" role="alert">
          <span>{message.why}</span>
          <button type="button" class="button small" onClick={() => outgoingMessages.retry(message)}>
            Try again
          </button>
          <button type="button" class="button small" onClick={() => outgoingMessages.discard(message)}>
            Discard
          </button>
        </p>
      ) : null}
    </div>
  </li>
)
