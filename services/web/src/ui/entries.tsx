import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import { isolate } from '../model/isolate.ts'
import type { OutgoingMessage, OutgoingMessages } from '../model/outgoing-messages.ts'
import type { TimelineEntry } from '../model/timeline.ts'
import { Avatar } from './avatar.tsx'
import { Bubble } from './bubble.tsx'
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

const namesOf = ({ people, me }: ChatModel, ids: readonly string[]): string =>
  ids.map((id) => (id === me.value?.id ? 'you' : isolate(people.nameOf(id)))).join(', ')

const changeText = (
  model: ChatModel,
  { change, users, user_id }: Extract<TimelineEntry, { kind: 'members' }>['change'],
): string => {
  const by = user_id === model.me.value?.id ? 'You' : isolate(model.people.nameOf(user_id))
  if (change === 'removed' && users.length === 1 && users[0] === user_id) return `${by} left`
  return `${by} ${change} ${namesOf(model, users)}`
}

interface EntryProps {
  readonly model: ChatModel
  readonly entry: TimelineEntry
  readonly before: TimelineEntry | undefined
}

interface EntryRowProps extends EntryProps {
  /** Shows the line "New messages" above it. */
  readonly isFirstNew: boolean
}

const MessageRow = ({
  model,
  entry,
  before,
}: EntryProps & { readonly entry: Extract<TimelineEntry, { kind: 'message' }> }): JSX.Element => {
  const { message, at } = entry
  const isMine = message.user_id === model.me.value?.id
  const isNext = continues(entry, before)
  const name = model.people.nameOf(message.user_id)
  return (
    <li class="row" data-mine={isMine} data-next={isNext} data-seq={entry.seq}>
      {isMine ? null : <span class="row-face">{isNext ? null : <Avatar name={name} seed={message.user_id} size="s" />}</span>}
      <div class="row-body">
        <bdi class={isMine || isNext ? 'unseen' : 'row-name'}>{isMine ? 'You' : name}</bdi>
        <Bubble text={message.msg} type={message.type} at={at} isMine={isMine} />
      </div>
    </li>
  )
}

/** An entry, with the date above the first one of a day, and a line above the first new one. */
export const EntryRow = ({ model, entry, before, isFirstNew }: EntryRowProps): JSX.Element => (
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
      <MessageRow model={model} entry={entry} before={before} />
    ) : (
      <li class="notice">{changeText(model, entry.change)}</li>
    )}
  </>
)

interface OutgoingProps {
  readonly message: OutgoingMessage
  readonly outgoingMessages: OutgoingMessages
  /** The message above is of the same user. */
  readonly isNext: boolean
}

/** A message of the signed-in user that is not in the history yet. */
export const OutgoingRow = ({ message, outgoingMessages, isNext }: OutgoingProps): JSX.Element => (
  <li class="row" data-mine="true" data-next={isNext}>
    <div class="row-body">
      <span class="unseen">You</span>
      <Bubble text={message.msg} at={message.at} isMine state={message.state} />
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
