import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { explain } from '../model/explain.ts'
import type { MessageView } from '../model/message-view.ts'
import { goTo } from '../model/route.ts'
import { serviceClock } from '../model/service-clock.ts'
import { Icon } from './icons.tsx'
import { MenuItem } from './menu-item.tsx'
import { setTo } from './set-signal.ts'
import { placeMenu, useMenu } from './use-menu.ts'

const hourMs = 3_600_000
const mutes = [
  ['Mute for 1 hour', hourMs],
  ['Mute for 8 hours', 8 * hourMs],
  ['Mute for 1 week', 7 * 24 * hourMs],
] as const

/** The last time that the service stores. */
const always = '9999-12-31T23:59:59.999Z'

const inMs = (ms: number): string => new Date(serviceClock.now() + ms).toISOString()

interface ChatMenuProps {
  readonly view: MessageView
  readonly anchor: HTMLElement
  readonly close: () => void
}

const Menu = ({ view, anchor, close }: ChatMenuProps): JSX.Element => {
  const element = useRef<HTMLDivElement>(null)
  const { model, room, problem } = view
  const { isMuted, isHidden, change } = room.settings
  const place = (): void => placeMenu(element.current, anchor)
  const pressed = useMenu(element, { place, close })
  useLayoutEffect(place)

  const closing = (act: () => Promise<void>) => (): void => {
    close()
    problem.value = undefined
    act().catch((error: unknown) => {
      problem.value = explain(error)
    })
  }
  const muteUntil = (time: () => string) => closing(() => change({ mutedUntil: time() }))
  const hide = async (): Promise<void> => {
    await model.hide(room)
    goTo({ view: 'chats' })
  }

  return (
    <div ref={element} class="menu" role="menu" aria-label="Chat actions" tabIndex={-1} onKeyDown={pressed}>
      {isMuted.value ? (
        <MenuItem icon="bell" text="Unmute" act={muteUntil(() => inMs(0))} />
      ) : (
        <>
          {mutes.map(([text, ms]) => (
            <MenuItem key={text} icon="mute" text={text} act={muteUntil(() => inMs(ms))} />
          ))}
          <MenuItem icon="mute" text="Mute until I unmute it" act={muteUntil(() => always)} />
        </>
      )}
      {isHidden.value ? (
        <MenuItem icon="hide" text="Show in the list" act={closing(() => change({ hidden: false }))} />
      ) : (
        <MenuItem icon="hide" text="Hide the chat" act={closing(hide)} />
      )}
    </div>
  )
}

/** Mutes and hides a chat for the user. Offered only if the service stores these settings. */
export const ChatMenu = ({ view }: { readonly view: MessageView }): JSX.Element | null => {
  const isOpen = useSignal(false)
  const button = useRef<HTMLButtonElement>(null)
  if (view.room.hasLeft.value || !view.model.features.value.has('set-chat-settings')) return null
  const close = (): void => {
    isOpen.value = false
    button.current?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label="Chat actions"
        title="Chat actions"
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        onClick={setTo(isOpen, true)}
      >
        <Icon name="more" />
      </button>
      {isOpen.value && button.current !== null ? <Menu view={view} anchor={button.current} close={close} /> : null}
    </>
  )
}
