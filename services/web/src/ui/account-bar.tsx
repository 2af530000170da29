import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { ChatModel } from '../model/chat-model.ts'
import { goTo } from '../model/route.ts'
import { signOut } from '../model/session.ts'
import { chooseTheme, theme, themes } from '../model/theme.ts'
import { Avatar } from './avatar.tsx'
import { Icon } from './icons.tsx'
import { toggle } from './put.ts'

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

const leave = (): void => {
  goTo({ view: 'chats' })
  signOut()
}

/** Who is signed in, and what is set on this device. */
export const AccountBar = ({
  model,
  showsFrames,
}: {
  readonly model: ChatModel
  readonly showsFrames: Signal<boolean>
}): JSX.Element => {
  const me = model.me.value
  const name = me?.name || me?.externalUserId || ''
  return (
    <footer class="account">
      <Avatar name={name} seed={me?.id ?? ''} size="s" />
      <span class="account-name">
        <strong>{name}</strong>
        {me?.name ? <span class="quiet">{me.externalUserId}</span> : null}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label="Frames"
        title="Show the frames as they pass"
        aria-pressed={showsFrames.value}
        onClick={toggle(showsFrames)}
      >
        <Icon name="code" />
      </button>
      <ThemeButton />
      <button type="button" class="icon-button" aria-label="Sign out" title="Sign out" onClick={leave}>
        <Icon name="door" />
      </button>
    </footer>
  )
}
