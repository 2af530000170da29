import { typingEveryMs } from '../../../shared/protocol/signal-level.ts'
import type { Load } from '../../support/load/load.ts'
import type { ParsedFrame } from '../../support/load/parse-frame.ts'
import type { EphemeralMeasure } from './ephemeral-counts.ts'

/** Sends typing signals as the SDK does, and measures their arrival. */
export interface Typing {
  /** The user is about to send a message. */
  type(user: number, room: number): void
  /** The user's message was received: its next one is announced at once. */
  posted(user: number, room: number): void
  pushed(frame: ParsedFrame, isSlow: boolean): void
}

const keyOf = (user: number, room: number): string => `${user} ${room}`

export const createTyping = (
  { devices, context }: Pick<Load, 'devices' | 'context'>,
  { counts, latency }: EphemeralMeasure,
): Typing => {
  const { now, ids } = context
  const typedAtMs = new Map<string, number>()

  const send = async (user: number, room: number): Promise<void> => {
    counts.sent += 1
    const answer = await devices.get(user)?.ask('signal', { kind: 'typing', data: { sent_at: now() } }, ids.room(room))
    if (answer?.body === undefined) counts.failed += 1
    else if (answer.body.sent === true) counts.accepted += 1
    else counts.dropped += 1
  }

  return {
    type: (user, room) => {
      const key = keyOf(user, room)
      if (now() - (typedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < typingEveryMs) return
      if (devices.get(user)?.isBound !== true) return
      typedAtMs.set(key, now())
      send(user, room).catch(() => {
        counts.failed += 1
      })
    },
    posted: (user, room) => void typedAtMs.delete(keyOf(user, room)),
    pushed: ({ event, body }, isSlow) => {
      if (event !== 'signal') return
      counts.received += 1
      const { sent_at: sentAtMs } = (body?.data ?? {}) as { readonly sent_at?: number }
      if (sentAtMs !== undefined && !isSlow) latency.record(now() - sentAtMs)
    },
  }
}
