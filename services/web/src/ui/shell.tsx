import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { followNotifications } from '../model/notifications.ts'
import { goTo, route } from '../model/route.ts'
import { unreadInTitle } from '../model/title-badge.ts'
import { ChatList } from './chat-list.tsx'
import { ConnectionBar } from './connection-bar.tsx'
import { Conversation } from './conversation.tsx'
import { DeveloperPanel } from './developer-panel.tsx'
import { Icon } from './icons.tsx'
import { InvitationDialog } from './invitation-dialog.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { NewChatDialog } from './new-chat-dialog.tsx'
import type { OpenDialog } from './open-dialog.ts'
import { PersonDialog } from './person-dialog.tsx'
import { ProfileDialog } from './profile-dialog.tsx'
import { setTo } from './set-signal.ts'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { shownPerson } from './shown-person.ts'
import { TokenBar } from './token-bar.tsx'
import { useShortcuts } from './use-shortcuts.ts'

interface NoOpenChatProps {
  readonly model: ChatModel
  readonly start: () => void
  readonly invite: () => void
}

const noOpenChatTexts = ({ me, rooms }: ChatModel): { readonly title: string; readonly hint: string } => {
  if (me.value === undefined) return { title: 'Not connected yet', hint: 'Your chats appear here when there is a connection.' }
  if (rooms.value.length > 0) return { title: 'Pick a chat', hint: 'Or start a new one.' }
  return { title: 'No chats yet', hint: 'Start one with people you know, or send somebody your invitation link.' }
}

/** Shown in the place of a chat while none is open. */
const NoOpenChat = ({ model, start, invite }: NoOpenChatProps): JSX.Element => {
  const texts = noOpenChatTexts(model)
  return (
    <div class="empty">
      <span class="mark">
        <Icon name="chat" />
      </span>
      <h2>{texts.title}</h2>
      <p class="quiet">{texts.hint}</p>
      <div class="choices">
        <button type="button" class="button primary" onClick={start}>
          Start a chat
        </button>
        <button type="button" class="button" onClick={invite}>
          Invite somebody
        </button>
      </div>
    </div>
  )
}

const useUnreadInTitle = (model: ChatModel): void => {
  const unread = unreadInTitle(model.rooms.value)
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Chat` : 'Chat'
  }, [unread])
}

/** The dialog of a user, if one is open. */
const ShownPerson = ({ model }: { readonly model: ChatModel }): JSX.Element | null => {
  const id = shownPerson.value
  if (id === undefined) return null
  const close = setTo(shownPerson, undefined)
  if (id === model.me.value?.id) return <ProfileDialog model={model} close={close} />
  return <PersonDialog key={id} model={model} id={id} close={close} />
}

/** The page of a signed-in user: the chats, the open chat, and the frames panel. */
export const Shell = ({ model }: { readonly model: ChatModel }): JSX.Element => {
  const dialog = useSignal<OpenDialog>(undefined)
  const showsFrames = useSignal(false)
  const at = route.value
  const room = at.view === 'chat' ? model.room(at.room) : undefined
  useUnreadInTitle(model)
  useShortcuts(model, { newChat: setTo(dialog, 'new chat'), help: setTo(dialog, 'shortcuts') })
  useEffect(() => followNotifications(model), [model])
  /** A dialog reports its end late: another one may be open by then, and stays. */
  const closing = (name: OpenDialog) => (): void => {
    if (dialog.value === name) dialog.value = undefined
  }
  const isOpen = at.view === 'chat' && (room !== undefined || model.state.value.state !== 'online')
  return (
    <div class="shell" data-view={isOpen ? 'chat' : 'chats'} data-frames={showsFrames.value}>
      <div class="notices">
        <ConnectionBar model={model} />
        {model.tokens === undefined ? null : <TokenBar tokens={model.tokens} />}
      </div>
      <main class="views">
        <ChatList model={model} dialog={dialog} showsFrames={showsFrames} />
        <div class="stage">
          {room === undefined ? (
            <NoOpenChat model={model} start={setTo(dialog, 'new chat')} invite={setTo(dialog, 'invite')} />
          ) : (
            <Conversation key={room.id} model={model} room={room} />
          )}
        </div>
      </main>
      {showsFrames.value ? <DeveloperPanel frames={model.frames} close={setTo(showsFrames, false)} /> : null}
      {dialog.value === 'new chat' ? <NewChatDialog model={model} close={closing('new chat')} /> : null}
      {dialog.value === 'shortcuts' ? <ShortcutsDialog close={closing('shortcuts')} /> : null}
      {dialog.value === 'invite' ? <InviteDialog model={model} close={closing('invite')} /> : null}
      <ShownPerson model={model} />
      {at.view === 'invitation' && model.me.value !== undefined ? (
        <InvitationDialog model={model} from={at.from} close={() => goTo({ view: 'chats' })} />
      ) : null}
    </div>
  )
}
