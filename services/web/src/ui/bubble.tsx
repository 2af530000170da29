import type { ComponentChildren, JSX } from 'preact'
import type { Attachment } from '../../../../shared/domain/events.ts'
import { isNamesOnly } from '../model/file-text.ts'
import type { MentionTarget } from '../model/mentions.ts'
import type { OutgoingMessage } from '../model/outgoing-messages.ts'
import type { Receipt } from '../model/receipts.ts'
import { MessageText } from './message-text.tsx'
import { StateMark } from './state-mark.tsx'
import { timeOfDay, wholeTime } from './times.ts'

/** The parts of a message that its bubble shows. */
export interface BubbleMessage {
  readonly msg: string
  /** The type is shown unless it is `text`: the page shows texts only. */
  readonly type: string
  readonly created_at: string
  readonly modified_at: string
  readonly deleted?: true
  readonly attachments?: readonly Attachment[]
}

interface BubbleProps {
  readonly message: BubbleMessage
  readonly isMine: boolean
  readonly mentioned?: readonly MentionTarget[] | undefined
  readonly me?: string | undefined
  /** Opens the profile of a mentioned user. */
  readonly openPerson?: ((id: string) => void) | undefined
  readonly state?: OutgoingMessage['state']
  /** Of an own message that is stored. */
  readonly receipt?: (() => Receipt) | undefined
  /** The quote above the text. */
  readonly children?: ComponentChildren
  /** The files above the text. */
  readonly files?: ComponentChildren
}

type StampProps = Pick<BubbleProps, 'message' | 'isMine' | 'state' | 'receipt'>

const Stamp = ({ message, isMine, state = 'stored', receipt }: StampProps): JSX.Element => {
  const { created_at: at, modified_at: changedAt, deleted } = message
  return (
    <span class="stamp">
      {changedAt > at && deleted !== true ? <span title={wholeTime(changedAt)}>edited</span> : null}
      <time dateTime={at} title={wholeTime(at)}>
        {timeOfDay(at)}
      </time>
      {isMine && deleted !== true ? <StateMark state={state} receipt={receipt} /> : null}
    </span>
  )
}

/** A message with its time and state. Of a deleted message only this fact is left. */
export const Bubble = ({
  message,
  isMine,
  mentioned,
  me,
  openPerson,
  state,
  receipt,
  children,
  files,
}: BubbleProps): JSX.Element => {
  const { msg, type, deleted, attachments } = message
  return (
    <div class="bubble" data-state={isMine ? (state ?? 'stored') : undefined} data-deleted={deleted}>
      {children}
      {type === 'text' || deleted ? null : <span class="type">{type}</span>}
      {files}
      {deleted ? (
        <p>Message deleted</p>
      ) : isNamesOnly(msg, attachments) ? null : (
        <MessageText key={msg} text={msg} mentioned={mentioned} me={me} openPerson={openPerson} />
      )}
      <Stamp message={message} isMine={isMine} receipt={receipt} {...(state && { state })} />
    </div>
  )
}
