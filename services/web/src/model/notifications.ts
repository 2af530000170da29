import { signal } from '@preact/signals'
import type { RoomMessage } from '../../../../shared/client/chat-events.ts'
import { mayInterrupt } from './attention.ts'
import type { ChatModel } from './chat-model.ts'
import { titleOf } from './chat-title.ts'
import { device } from './device-storage.ts'
import { perFrame } from './per-frame.ts'
import type { ViewedRoom } from './room.ts'
import { goTo, openRoom } from './route.ts'

const key = 'chat.notifications'
const textChars = 200

const isSupported = (): boolean => 'Notification' in globalThis
const isGranted = (): boolean => isSupported() && Notification.permission === 'granted'

/** Whether this device shows notifications of messages: only after its user has turned them on. */
export const notifications = signal<'on' | 'off' | 'blocked'>(
  isGranted() && device.recall(key) === true ? 'on' : isSupported() && Notification.permission !== 'denied' ? 'off' : 'blocked',
)

/** Turns them on or off. The browser asks the user the first time. */
export const toggleNotifications = async (): Promise<void> => {
  if (notifications.value === 'blocked') return
  const isOn = notifications.value === 'off' && (await Notification.requestPermission()) === 'granted'
  device.remember(key, isOn)
  notifications.value = isOn ? 'on' : Notification.permission === 'denied' ? 'blocked' : 'off'
}

const beepHz = 660
const beepSeconds = 0.15

/** A short quiet tone. A browser that does not play sound yet plays none. */
const beep = (): void => {
  const audio = new AudioContext()
  const tone = audio.createOscillator()
  const volume = audio.createGain()
  tone.frequency.value = beepHz
  volume.gain.value = 0.05
  tone.connect(volume).connect(audio.destination)
  tone.start()
  tone.stop(audio.currentTime + beepSeconds)
  tone.addEventListener('ended', () => void audio.close())
}

/** The chat is on the screen: the user sees its messages. */
const isOnScreen = (room: string): boolean => document.visibilityState === 'visible' && openRoom.value === room

const isToBeShown = (model: ChatModel, room: ViewedRoom, message: RoomMessage): boolean => {
  const me = model.me.value?.id ?? ''
  if (message.user_id === me || message.silent || message.deleted) return false
  return mayInterrupt(room, message, me) && message.seq > room.readUpTo.value && !isOnScreen(room.id)
}

/** Undefined: the browser has none for pages, as on Android. */
const open = (title: string, options: NotificationOptions): Notification | undefined => {
  try {
    return new Notification(title, options)
  } catch {
    notifications.value = 'blocked'
    return undefined
  }
}

interface ShownNotification {
  readonly seq: number
  readonly notification: Notification
}

/**
 * Shows messages of other users that are not on the screen, one notification for each chat: a newer one replaces it, and
 * it is closed when the message is read, on any device. Returns a function that ends it.
 */
export const followNotifications = (model: ChatModel): (() => void) => {
  const shown = new Map<string, ShownNotification>()

  const close = (room: string): void => {
    shown.get(room)?.notification.close()
    shown.delete(room)
  }

  const show = (room: ViewedRoom, message: RoomMessage): void => {
    const body = `${model.people.nameOf(message.user_id)}: ${message.msg.slice(0, textChars)}`
    const notification = open(titleOf(model, room), { body, tag: room.id, silent: true })
    if (notification === undefined) return
    shown.set(room.id, { seq: message.seq, notification })
    notification.addEventListener('click', () => {
      window.focus()
      goTo({ view: 'chat', room: room.id })
      close(room.id)
    })
  }

  /** Of many messages that arrive at once, for example after a reconnect, each chat shows only the newest. */
  const showNewest = (messages: readonly RoomMessage[]): void => {
    const newest = new Map<ViewedRoom, RoomMessage>()
    for (const message of messages) {
      const room = model.room(message.room)
      if (room !== undefined && isToBeShown(model, room, message)) newest.set(room, message)
    }
    for (const [room, message] of newest) show(room, message)
    if (newest.size > 0) beep()
  }

  const arrivals = perFrame(showNewest, requestAnimationFrame)
  const ends = [
    model.client.on('message', (message) => {
      if (notifications.value === 'on') arrivals.add(message)
    }),
    model.client.on('unread', ({ room, read }) => {
      if (read.seq >= (shown.get(room)?.seq ?? Number.POSITIVE_INFINITY)) close(room)
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}
