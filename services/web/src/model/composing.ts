import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { RoomMessage } from '../../../../shared/client/chat-events.ts'

/** The use of the composer, unless it writes a plain message. */
export type Composing =
  | { readonly kind: 'reply'; readonly message: RoomMessage }
  | {
      readonly kind: 'edit'
      readonly message: RoomMessage
      readonly text: string
      /** Aborts the running request. */
      readonly saving?: AbortController
      /** The reason why the edit was refused, as a sentence for the user. */
      readonly problem?: string
    }

/** The use of a room's composer, and of the composer of each of its threads. It stays while another chat is open. */
export type ComposingOf = (thread: string | undefined) => Signal<Composing | undefined>

export const createComposing = (): ComposingOf => {
  const signals = new Map<string | undefined, Signal<Composing | undefined>>()
  return (thread) => {
    const known = signals.get(thread) ?? signal<Composing | undefined>(undefined)
    signals.set(thread, known)
    return known
  }
}
