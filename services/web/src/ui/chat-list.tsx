import type { Signal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import { colourSeedOf, imageOf, titleOf } from '../model/chat-title.ts'
import type { ViewedRoom } from '../model/room.ts'
import { goTo, route } from '../model/route.ts'
import { AccountBar } from './account-bar.tsx'
import { Avatar } from './avatar.tsx'
import { Icon } from './icons.tsx'
import type { OpenDialog } from './open-dialog.ts'
import { setTo, toggle } from './set-signal.ts'
import { shortTime, wholeTime } from './times.ts'
import { TypingLine } from './typing-line.tsx'

interface RoomProps {
  readonly model: ChatModel
  readonly room: ViewedRoom
}

const previewChars = 200

const LastMessage = ({ model, room }: RoomProps): JSX.Element => {
  const last = room.lastMessage.value
  if (last?.kind !== 'message') return <>{room.isLoading.value ? '…' : 'No messages yet'}</>
  const { user_id, msg, deleted } = last.message
  if (deleted) return <>Message deleted</>
  const text = <bdi>{msg.slice(0, previewChars)}</bdi>
  if (user_id === model.me.value?.id) return <>You: {text}</>
  if (room.members.value.length === 2) return text
  return (
    <>
      <bdi>{model.people.nameOf(user_id)}</bdi>: {text}
    </>
  )
}

/** The draft if there is one, else the last message. */
const Preview = ({ model, room }: RoomProps): JSX.Element => {
  const draft = model.drafts.value?.of(room.id) ?? ''
  if (room.hasLeft.value) return <>You are no longer in this chat</>
  if (model.watching.typingIn(room.id).length > 0) return <TypingLine model={model} room={room} />
  if (draft.trim() === '') return <LastMessage model={model} room={room} />
  return (
    <>
      <span class="draft">Draft:</span> <bdi>{draft.slice(0, previewChars)}</bdi>
    </>
  )
}

const Unread = ({ count, isMuted }: { readonly count: number; readonly isMuted: boolean }): JSX.Element | null =>
  count === 0 ? null : (
    <span class="badge" data-muted={isMuted} title="Unread">
      {count > 99 ? '99+' : count}
      <span class="unseen"> unread</span>
    </span>
  )

const Item = ({ model, room }: RoomProps): JSX.Element => {
  const title = titleOf(model, room)
  const isCurrent = route.value.view === 'chat' && route.value.room === room.id
  const at = room.lastAt.value
  const isOnline = model.watching.isOnline(room.partner.value)
  const isMuted = room.settings.isMuted.value
  return (
    <li>
      <a
        class="chat-item"
        href={`#/chat/${room.id}`}
        aria-current={isCurrent ? 'page' : undefined}
        onClick={(event) => {
          event.preventDefault()
          goTo({ view: 'chat', room: room.id })
        }}
      >
        <Avatar name={title} image={imageOf(model, room)} seed={colourSeedOf(room)} isOnline={isOnline} />
        <bdi class="chat-item-title">{title}</bdi>
        {isOnline ? <span class="unseen"> online </span> : null}
        <time class="chat-item-time" dateTime={at} title={wholeTime(at)}>
          {shortTime(at)}
        </time>
        <span class="chat-item-last">
          <span class="chat-item-preview">
            <Preview model={model} room={room} />
          </span>
          {isMuted ? (
            <span class="muted-mark" title="Muted">
              <Icon name="mute" />
              <span class="unseen"> muted </span>
            </span>
          ) : null}
          <Unread count={room.unread.value} isMuted={isMuted} />
        </span>
      </a>
    </li>
  )
}

const Items = ({ model, rooms }: { readonly model: ChatModel; readonly rooms: readonly ViewedRoom[] }): JSX.Element => (
  <ul>
    {rooms.map((room) => (
      <Item key={room.id} model={model} room={room} />
    ))}
  </ul>
)

/** The chats that the user has hidden, behind a button. */
const HiddenChats = ({ model }: { readonly model: ChatModel }): JSX.Element | null => {
  const isOpen = useSignal(false)
  const rooms = model.rooms.value.filter(({ settings }) => settings.isHidden.value)
  if (rooms.length === 0) return null
  return (
    <>
      <button type="button" class="hidden-chats quiet" aria-expanded={isOpen.value} onClick={toggle(isOpen)}>
        <Icon name="hide" />
        Hidden chats ({rooms.length})
      </button>
      {isOpen.value ? <Items model={model} rooms={rooms} /> : null}
    </>
  )
}

interface ChatListProps {
  readonly model: ChatModel
  readonly dialog: Signal<OpenDialog>
  readonly showsFrames: Signal<boolean>
}

/** Shown if the service stores no read markers: then this device counts unread messages. */
const UnreadNote = (): JSX.Element => <p class="list-note quiet">Unread messages are counted on this device only.</p>

/** The user's chats, most recent activity first. */
export const ChatList = ({ model, dialog, showsFrames }: ChatListProps): JSX.Element => {
  const rooms = model.rooms.value
  return (
    <nav class="sidebar" aria-label="Chats">
      <header class="bar">
        <h1>Chats</h1>
        <button
          type="button"
          class="icon-button"
          aria-label="Invite"
          title="Your invitation link"
          onClick={setTo(dialog, 'invite')}
        >
          <Icon name="link" />
        </button>
        <button
          type="button"
          class="icon-button accent"
          aria-label="New chat"
          title="New chat"
          onClick={setTo(dialog, 'new chat')}
        >
          <Icon name="plus" />
        </button>
      </header>
      {rooms.length === 0 ? (
        <p class="sidebar-empty quiet">
          {model.me.value === undefined ? 'Your chats appear here.' : 'No chats yet. Start one with the plus above.'}
        </p>
      ) : (
        <div class="chat-items">
          <Items model={model} rooms={model.listed.value} />
          <HiddenChats model={model} />
          {rooms.some((room) => room.counted.value === undefined && room.unread.value > 0) ? <UnreadNote /> : null}
        </div>
      )}
      <AccountBar model={model} showsFrames={showsFrames} />
    </nav>
  )
}
