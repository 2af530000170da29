import type { Signal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import { notifications, toggleNotifications } from '../model/notifications.ts'
import { goTo } from '../model/route.ts'
import { signOut } from '../model/session.ts'
import { chooseTheme, theme, themes } from '../model/theme.ts'
import { Avatar } from './avatar.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Icon } from './icons.tsx'
import { setTo, toggle } from './set-signal.ts'
import { showPerson } from './shown-person.ts'

const ThemeButton = (): JSX.Element => {
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system'
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Colours: ${theme.value}`}
      title={`Colours: ${theme.value}`}
      onClick={() => chooseTheme(next)}
    >
      <Icon name="theme" />
    </button>
  )
}

const bellTexts = {
  on: 'Notifications: on',
  off: 'Notifications: off',
  blocked: 'Notifications are blocked by the browser',
} as const

const NotificationsButton = (): JSX.Element => {
  const text = bellTexts[notifications.value]
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={text}
      title={text}
      aria-pressed={notifications.value === 'on'}
      disabled={notifications.value === 'blocked'}
      onClick={() => void toggleNotifications()}
    >
      <Icon name="bell" />
    </button>
  )
}

const leave = (): void => {
  goTo({ view: 'chats' })
  signOut()
}

/** Describes the texts that signing out deletes; undefined if there are none. */
const unsentTexts = ({ outgoingMessages, drafts }: ChatModel): string | undefined => {
  const messages = outgoingMessages.value?.unsent ?? 0
  const begun = drafts.value?.count ?? 0
  const parts = [
    ...(messages > 0 ? [messages === 1 ? '1 message that is not sent yet' : `${messages} messages that are not sent yet`] : []),
    ...(begun > 0 ? [begun === 1 ? '1 draft' : `${begun} drafts`] : []),
  ]
  return parts.length === 0 ? undefined : parts.join(' and ')
}

/** The signed-in user; a button to its profile if the service offers profiles. */
const Account = ({ model }: { readonly model: ChatModel }): JSX.Element => {
  const me = model.me.value
  const name = me?.name || me?.externalUserId || model.signedInAs
  const content = (
    <>
      <Avatar name={name} image={me?.image} seed={me?.id} size="s" />
      <span class="account-name">
        <strong>
          <bdi>{name}</bdi>
        </strong>
        {me?.name ? <bdi class="quiet">{me.externalUserId}</bdi> : null}
      </span>
    </>
  )
  if (me === undefined || !model.features.value.has('update-user')) return <div class="account-me">{content}</div>
  return (
    <button type="button" class="account-me" title="Your profile" onClick={() => showPerson(me.id)}>
      <span class="unseen">Your profile:</span>
      {content}
    </button>
  )
}

/** Shows the signed-in user and the settings of this device. */
export const AccountBar = ({
  model,
  showsFrames,
}: {
  readonly model: ChatModel
  readonly showsFrames: Signal<boolean>
}): JSX.Element => {
  const asks = useSignal(false)
  const lost = unsentTexts(model)
  return (
    <footer class="account">
      <Account model={model} />
      <button
        type="button"
        class="icon-button"
        aria-label="Frames"
        title="Show the frames of the connection"
        aria-pressed={showsFrames.value}
        onClick={toggle(showsFrames)}
      >
        <Icon name="code" />
      </button>
      <NotificationsButton />
      <ThemeButton />
      <button
        type="button"
        class="icon-button"
        aria-label="Sign out"
        title="Sign out"
        onClick={lost === undefined ? leave : setTo(asks, true)}
      >
        <Icon name="door" />
      </button>
      {asks.value ? (
        <ConfirmDialog title="Sign out?" action="Sign out" confirm={leave} close={setTo(asks, false)}>
          Signing out deletes {lost} from this device.
        </ConfirmDialog>
      ) : null}
    </footer>
  )
}
