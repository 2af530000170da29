import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { colourSeedOf, imageOf, titleOf } from '../model/chat-title.ts'
import { isolate } from '../model/isolate.ts'
import { createMessageView } from '../model/message-view.ts'
import { hasReceipts } from '../model/receipts.ts'
import type { ViewedRoom } from '../model/room.ts'
import { goTo } from '../model/route.ts'
import { ActionProblem } from './action-problem.tsx'
import { Avatar } from './avatar.tsx'
import { ChatMenu } from './chat-menu.tsx'
import { ChatSettingsDialog } from './chat-settings-dialog.tsx'
import { Composer } from './composer.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import { Icon } from './icons.tsx'
import { MessageMenu } from './message-menu.tsx'
import { PeopleDialog } from './people-dialog.tsx'
import { PinsDialog } from './pins-dialog.tsx'
import { setTo } from './set-signal.ts'
import { ThreadPanel } from './thread-panel.tsx'
import { TimelineView } from './timeline-view.tsx'
import { TypingLine } from './typing-line.tsx'
import { useFileDrop } from './use-file-drop.ts'

/** Names in the line below the title; the others are counted. */
const shownNames = 4

const membersLine = ({ people, me, watching }: ChatModel, room: ViewedRoom): string => {
  const members = room.members.value
  if (members.length === 2) return watching.isOnline(room.partner.value) ? 'Online' : 'Just the two of you'
  const names = members.slice(0, shownNames).map((id) => (id === me.value?.id ? 'you' : isolate(people.nameOf(id))))
  const others = members.length - shownNames
  return others > 0 ? `${names.join(', ')} and ${others} more` : names.join(', ')
}

const Over = ({ forget }: { readonly forget: () => void }): JSX.Element => (
  <div class="over">
    <p>You are no longer in this chat.</p>
    <button type="button" class="button" onClick={forget}>
      Close it
    </button>
  </div>
)

/** The open chat. */
export const Conversation = ({ model, room }: { readonly model: ChatModel; readonly room: ViewedRoom }): JSX.Element => {
  const showsPeople = useSignal(false)
  const view = useMemo(() => createMessageView(model, room), [model, room])
  const showsPins = useSignal(false)
  const showsSettings = useSignal(false)
  const isOffered = model.features.value.has('set-pin')
  const pinned = room.pins.all.value.length
  useEffect(() => (isOffered ? room.pins.follow() : undefined), [room, isOffered])
  // Markers that move before the room is watched would be missed: the list is read when it is.
  const followsReceipts = model.watching.isWatched(room.id) && hasReceipts(room)
  useEffect(() => (followsReceipts ? room.receipts.follow() : undefined), [room, followsReceipts])
  const title = titleOf(model, room)
  const { isOver, ...drop } = useFileDrop(view.uploads())
  const isTyping = model.watching.typingIn(room.id).length > 0
  const forget = (): void => {
    goTo({ view: 'chats' })
    model.forget(room)
  }
  return (
    <div class="chat-and-thread" data-thread={view.thread.value !== undefined}>
      <section class="conversation" aria-label={isolate(title)} data-drop={isOver} {...drop}>
        <header class="bar">
          <button
            type="button"
            class="icon-button only-narrow"
            aria-label="Back to the chats"
            onClick={() => goTo({ view: 'chats' })}
          >
            <Icon name="back" />
          </button>
          <Avatar
            name={title}
            image={imageOf(model, room)}
            seed={colourSeedOf(room)}
            size="s"
            isOnline={model.watching.isOnline(room.partner.value)}
          />
          <div class="bar-title">
            <h1>
              <bdi>{title}</bdi>
            </h1>
            <p class="quiet">{isTyping ? <TypingLine model={model} room={room} /> : membersLine(model, room)}</p>
          </div>
          {pinned === 0 ? null : (
            <button
              type="button"
              class="pins-button"
              aria-label={`Pinned messages: ${pinned}`}
              title="Pinned messages"
              onClick={setTo(showsPins, true)}
            >
              <Icon name="pin" />
              {pinned}
            </button>
          )}
          {room.hasLeft.value || !room.rights.may('update') ? null : (
            <button
              type="button"
              class="icon-button"
              aria-label="Chat settings"
              title="Chat settings"
              onClick={setTo(showsSettings, true)}
            >
              <Icon name="edit" />
            </button>
          )}
          <button type="button" class="icon-button" aria-label="People" title="People" onClick={setTo(showsPeople, true)}>
            <Icon name="people" />
          </button>
          <ChatMenu view={view} />
        </header>
        <TimelineView view={view} />
        <ActionProblem view={view} />
        {room.hasLeft.value ? (
          <Over forget={forget} />
        ) : (
          <Composer view={view} label={`Message to ${isolate(title)}`} placeholder="Write a message" />
        )}
        <MessageMenu view={view} />
        <DeleteDialog view={view} />
        {showsPins.value ? <PinsDialog view={view} pins={room.pins} close={setTo(showsPins, false)} /> : null}
        {showsSettings.value ? <ChatSettingsDialog model={model} room={room} close={setTo(showsSettings, false)} /> : null}
        {showsPeople.value ? <PeopleDialog model={model} room={room} close={setTo(showsPeople, false)} /> : null}
      </section>
      {view.thread.value === undefined ? null : <ThreadPanel key={view.thread.value} outer={view} root={view.thread.value} />}
    </div>
  )
}
