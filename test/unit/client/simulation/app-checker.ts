import { crc32 } from 'node:zlib'
import { feedFrameText } from '../../../../shared/frames/room-event-frame.ts'
import type { RoomTruth, Truth } from '../../../support/checker/truth.ts'
import { numberOf } from '../../simulation/world/simulated-ids.ts'
import type { Seen, Sending, SimulatedApp } from './simulated-app.ts'

type Say = (problem: string) => void

/** Whether the message is what the room has stored at its seq. */
const isStored = (
  truth: RoomTruth | undefined,
  { room, seq, as_of: _, ...body }: Extract<Seen, { name: 'message' }>['event'],
): boolean => truth?.crcAt(seq) === crc32(feedFrameText('new-message', room, seq, JSON.stringify(body)).slice(1))

/** Checks that the received events of an application are the exact history of the room from its join on. */
const checkSeen = (app: SimulatedApp, { rooms }: Truth, user: number, say: Say): void => {
  const last = new Map<number, number>()
  /** The first message strictly between two seqs, if there is one. */
  const messageBetween = (room: number, after: number, before: number): number | undefined => {
    const next = rooms.get(room)?.nextMessage(after)
    return next !== undefined && next < before ? next : undefined
  }

  const moveTo = (room: number, seq: number, what: string): void => {
    const from = last.get(room)
    if (from === undefined) return say(`${room}: ${what} ${seq} before its chat`)
    if (seq <= from) return say(`${room}: ${what} ${seq} after ${from}`)
    const missing = messageBetween(room, from, seq)
    if (missing !== undefined) say(`${room}: message ${missing} is missing before ${what} ${seq}`)
    last.set(room, seq)
  }

  const check = ({ name, event }: Seen): void => {
    if (name === 'chat') {
      const room = numberOf(event.id)
      if (last.has(room) && event.seq !== last.get(room)) moveTo(room, event.seq, name)
      last.set(room, event.seq)
      return
    }
    const room = numberOf(event.room)
    if (name === 'reset') say(`${room}: reset, though the store never was`)
    else if (name === 'left') {
      if (!last.delete(room)) say(`${room}: left before its chat`)
    } else moveTo(room, event.seq, name)
    if (name === 'message' && !isStored(rooms.get(room), event)) say(`${room} ${event.seq}: not what is stored`)
  }
  for (const seen of app.seen) check(seen)

  for (const [room, { head, spansOf }] of rooms) {
    const seq = last.get(room)
    const lastSpan = spansOf(user).at(-1)
    if (lastSpan?.until !== Number.POSITIVE_INFINITY) {
      // A user who fell behind before an ended membership began may not read that far, so no event reports its end.
      const mayRead = seq !== undefined && seq + 1 >= (lastSpan?.from ?? 0)
      if (mayRead) say(`${room}: the end of the membership is not reported`)
    } else if (seq === undefined) say(`${room}: never reported`)
    else {
      const missing = messageBetween(room, seq, head + 1)
      if (missing !== undefined) say(`${room}: ends at ${seq}, but there is message ${missing}`)
    }
  }
}

/** Every call ends with the outcome that is stored; the messages of an application to a room are stored in the order of its calls. */
const checkSendings = (app: SimulatedApp, { rooms }: Truth, say: Say): void => {
  const last = new Map<string, number>()
  const check = ({ room, id, outcome }: Sending): void => {
    const truth = rooms.get(numberOf(room))
    const seq = truth?.seqOf(numberOf(id))
    if (outcome === 'pending') return say(`${id}: never settled`)
    if ('refused' in outcome) {
      if (seq !== undefined) say(`${id}: refused (${String(outcome.refused)}), but stored`)
      return
    }
    if (seq === undefined || !isStored(truth, { ...outcome.stored, room, seq }))
      return say(`${id}: confirmed otherwise than stored`)
    if (seq < (last.get(room) ?? 0)) say(`${id}: overtook one that was sent before it`)
    last.set(room, seq)
  }
  for (const sending of app.sendings) check(sending)
}

/** Each broken promise of a run, as applications observe it. `userOf` maps ids of users to the numbers of the truth. */
export const appProblems = (apps: readonly SimulatedApp[], truth: Truth, userOf: ReadonlyMap<string, number>): string[] => {
  const problems: string[] = []
  for (const app of apps) {
    const say = (problem: string): void => void problems.push(`${app.name}: ${problem}`)
    checkSeen(app, truth, userOf.get(app.client.user?.id ?? '') ?? 0, say)
    checkSendings(app, truth, say)
  }
  return problems
}
