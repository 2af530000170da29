import { forgedText } from './forger.ts'
import type { Truths } from './room-truths.ts'
import { membershipDuring } from './room-truths.ts'
import type { Connection } from './simulated-client.ts'
import { simulatedTimes } from './simulated-settings.ts'
import type { Received } from './simulated-socket.ts'

type InRoom = Received & { readonly room: string; readonly seq: number }

/** The forged messages that one connection received, and the resets that took them back. */
export interface Deceptions {
  /** Records a feed frame; true if it is a forged message. */
  isForged(frame: InRoom): boolean
  /** The answer to a resume named a head that the connection has not received, so a reset has to follow. */
  owe(room: string, seq: number): void
  /** Whether forged messages of the room were received and not taken back yet. */
  isDeceived(room: string): boolean
  /** The service reset the room. */
  reset(room: string, seq: number, atMs: number): void
  /** Call it at the end of the run. */
  checkEnd(): void
}

export const createDeceptions = (connection: Connection, truths: Truths, say: (problem: string) => void): Deceptions => {
  const user = connection.userId ?? ''
  /** Forged seqs that were not taken back, by room. */
  const shown = new Map<string, Set<number>>()
  const checkMember = ({ room, seq, atMs }: InRoom): void => {
    // The feed reaches a removal a little later than the store.
    const { ever } = membershipDuring(truths.get(room), user, atMs - 2 * simulatedTimes.convergeMs, atMs)
    if (!ever) say(`${room} ${seq}: a forged message was shown to one who is not a member`)
  }
  return {
    isForged: (frame) => {
      const { room, seq, body } = frame
      if (body?.msg !== forgedText) {
        shown.get(room)?.delete(seq)
        return false
      }
      checkMember(frame)
      shown.set(room, (shown.get(room) ?? new Set()).add(seq))
      return true
    },
    owe: (room, seq) => void shown.set(room, (shown.get(room) ?? new Set()).add(seq)),
    isDeceived: (room) => (shown.get(room)?.size ?? 0) > 0,
    reset: (room, seq, atMs) => {
      if (seq > (truths.get(room)?.headAt(atMs) ?? 0)) say(`${room}: reset to ${seq}, which the store does not have`)
      shown.delete(room)
    },
    checkEnd: () => {
      for (const [room, seqs] of shown) {
        const isMember = truths.get(room)?.spans.get(user)?.at(-1)?.until === Number.POSITIVE_INFINITY
        if (isMember && seqs.size > 0) say(`${room}: forged ${[...seqs].join(', ')} was never taken back`)
      }
    },
  }
}
