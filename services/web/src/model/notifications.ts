import { signal } from '@preact/signals'
import type { ChatEvents } from '../../../../shared/client/chat-events.ts'
import type { ChatModel } from './chat-model.ts'
import { titleOf } from './chat-title.ts'
import { device } from './device-storage.ts'
import { goTo } from './route.ts'

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

/** Shows a message of another user while the page is hidden. A notification replaces the one before of the same chat. */
export const notify = (model: ChatModel, message: ChatEvents['message']): void => {
  const room = model.room(message.room)
  if (room === undefined || notifications.value !== 'on' || document.visibilityState === 'visible') return
  if (message.user_id === model.me.value?.id || message.silent || message.deleted) return
  const body = `${model.people.nameOf(message.user_id)}: ${message.msg.slice(0, textChars)}`
  const shown = new Notification(titleOf(model, room), { body, tag: room.id, silent: true })
  shown.addEventListener('click', () => {
    window.focus()
    goTo({ view: 'chat', room: room.id })
    shown.close()
  })
  beep()
}
