import type { ReadonlySignal } from '@preact/signals'
import { batch, signal } from '@preact/signals'
import type { ChatSettings } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import { afterServiceTime } from './after-service-time.ts'

/** How the user wants to see a chat, on all devices. */
export interface RoomSettings {
  /** The mute ends by itself at its time. */
  readonly isMuted: ReadonlySignal<boolean>
  readonly isHidden: ReadonlySignal<boolean>
  /** Shows the settings as the service has them now. */
  show(settings: ChatSettings): void
  /** Stores settings; one that is absent stays. Rejects as the client's call does. */
  change(settings: { readonly mutedUntil?: string; readonly hidden?: boolean }): Promise<void>
}

interface RoomSettingsOptions {
  readonly room: string
  readonly client: Pick<ChatClient, 'setChatSettings'>
  readonly settings: ChatSettings | undefined
}

export const createRoomSettings = ({ room, client, settings = {} }: RoomSettingsOptions): RoomSettings => {
  const isMuted = signal(false)
  const isHidden = signal(false)
  let cancel = (): void => undefined

  const show: RoomSettings['show'] = ({ muted_until: until, hidden = false }) => {
    cancel()
    batch(() => {
      isMuted.value = until !== undefined
      isHidden.value = hidden
    })
    if (until === undefined) return
    cancel = afterServiceTime(until, () => {
      isMuted.value = false
    })
  }
  show(settings)

  return {
    isMuted,
    isHidden,
    show,
    change: async (next) => show(await client.setChatSettings(room, next)),
  }
}
