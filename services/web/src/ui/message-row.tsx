import type { JSX } from 'preact'
import type { RoomMessage } from '../../../../shared/client/chat-events.ts'
import type { MessageView } from '../model/message-view.ts'
import type { MessageEntry } from '../model/timeline.ts'
import { Avatar } from './avatar.tsx'
import { Bubble } from './bubble.tsx'
import { Icon } from './icons.tsx'
import { Quote } from './quote.tsx'
import { Reactions } from './reactions.tsx'

const MenuButton = ({ view, message }: { readonly view: MessageView; readonly message: RoomMessage }): JSX.Element => (
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
      {isMine ? null : <span class="row-face">{isNext ? null : <Avatar name={name} seed={message.user_id} size="s" />}</span>}
      <div class="row-body">
        <bdi class={isMine || isNext ? 'unseen' : 'row-name'}>{isMine ? 'You' : name}</bdi>
        <Bubble message={message} isMine={isMine}>
          {message.reply_to === undefined || isDeleted ? null : <Quote view={view} id={message.reply_to} />}
        </Bubble>
        {message.reactions === undefined ? null : <Reactions view={view} message={message} reactions={message.reactions} />}
      </div>
      {isDeleted ? null : <MenuButton view={view} message={message} />}
    </li>
  )
}
