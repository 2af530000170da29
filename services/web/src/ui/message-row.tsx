import type { JSX } from 'preact'
import type { RoomMessage } from '../../../../shared/client/chat-events.ts'
import { offersDirectChats } from '../model/direct-chat.ts'
import type { MentionTarget } from '../model/mentions.ts'
import { everyone } from '../model/mentions.ts'
import type { MessageView } from '../model/message-view.ts'
import type { MessageEntry } from '../model/timeline.ts'
import { Attachments } from './attachments.tsx'
import { Bubble } from './bubble.tsx'
import { Icon } from './icons.tsx'
import { PersonAvatar } from './person-avatar.tsx'
import { Quote } from './quote.tsx'
import { Reactions } from './reactions.tsx'
import { showPerson } from './shown-person.ts'

interface OneMessageProps {
  readonly view: MessageView
  readonly message: RoomMessage
}

const MenuButton = ({ view, message }: OneMessageProps): JSX.Element => (
  <button
    type="button"
    class="more"
    aria-label="Message actions"
    title="Message actions"
    aria-haspopup="menu"
    onClick={({ currentTarget }) => {
      view.menu.value = { message, anchor: currentTarget }
    }}
  >
    <Icon name="more" />
  </button>
)

const mentionedIn = ({ model }: MessageView, { mentions }: RoomMessage): readonly MentionTarget[] | undefined =>
  mentions === 'all' ? [everyone] : mentions?.map((id) => ({ id, name: model.people.nameOf(id) }))

const RepliesButton = ({ view, message, text }: OneMessageProps & { readonly text: string }): JSX.Element => (
  <button
    type="button"
    class="replies"
    onClick={() => {
      view.thread.value = message.thread ?? message.id
    }}
  >
    <Icon name="thread" />
    {text}
  </button>
)

/** Of the root of a thread, the number of its replies; of a reply, the way to its thread. */
const ThreadLine = ({ view, message }: OneMessageProps): JSX.Element | null => {
  if (view.root !== undefined) return null
  if (message.thread !== undefined) return <RepliesButton view={view} message={message} text="In a thread" />
  const count = message.replies?.count ?? 0
  return count === 0 ? null : <RepliesButton view={view} message={message} text={count === 1 ? '1 reply' : `${count} replies`} />
}

/** Opens the profile of the sender at a click; by keyboard, the menu of the message does. */
const Face = ({ view: { model }, id }: { readonly view: MessageView; readonly id: string }): JSX.Element => {
  const face = <PersonAvatar model={model} id={id} />
  return offersDirectChats(model) ? (
    <button type="button" class="face" tabIndex={-1} aria-hidden="true" onClick={() => showPerson(id)}>
      {face}
    </button>
  ) : (
    face
  )
}

interface MessageRowProps {
  readonly view: MessageView
  readonly entry: MessageEntry
  /** The message above is of the same user, shortly before. */
  readonly isNext: boolean
}

/** A message of the history: its quote, its text, its reactions and its menu. */
export const MessageRow = ({ view, entry: { seq, message }, isNext }: MessageRowProps): JSX.Element => {
  const isMine = view.isOwn(message)
  const name = view.model.people.nameOf(message.user_id)
  const isDeleted = message.deleted === true
  return (
    <li class="row" data-mine={isMine} data-next={isNext} data-seq={seq} tabIndex={-1}>
      {isMine ? null : <span class="row-face">{isNext ? null : <Face view={view} id={message.user_id} />}</span>}
      <div class="row-body">
        <bdi class={isMine || isNext ? 'unseen' : 'row-name'}>{isMine ? 'You' : name}</bdi>
        <Bubble
          message={message}
          isMine={isMine}
          mentioned={mentionedIn(view, message)}
          me={view.model.me.value?.id}
          receipt={isMine ? () => view.room.receipts.of(seq) : undefined}
          openPerson={offersDirectChats(view.model) ? showPerson : undefined}
          files={
            message.attachments === undefined || isDeleted ? null : (
              <Attachments files={message.attachments} message={message.id} addresses={view.room.files} />
            )
          }
        >
          {message.reply_to === undefined || isDeleted ? null : <Quote view={view} id={message.reply_to} />}
        </Bubble>
        {message.pinned ? (
          <span class="pinned">
            <Icon name="pin" />
            Pinned
          </span>
        ) : null}
        {message.reactions === undefined ? null : <Reactions view={view} message={message} reactions={message.reactions} />}
        <ThreadLine view={view} message={message} />
      </div>
      {isDeleted ? null : <MenuButton view={view} message={message} />}
    </li>
  )
}
