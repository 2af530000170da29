import type { RoomTruth, Truths } from '../room-truths.ts'
import { roomTruths } from '../room-truths.ts'
import type { CommittedEvent } from '../simulated-store.ts'
import type { Seen, Sending, SimulatedApp } from './simulated-app.ts'

/** The first message strictly between two seqs, if there is one. */
const messageBetween = ({ events }: RoomTruth, after: number, before: number): number | undefined =>
  events.slice(after, before - 1).find(({ event }) => event === 'new-message')?.seq

/** Checks that the received events of an application are the exact history of the room from its join on. */
const checkSeen = (app: SimulatedApp, truths: Truths, say: (problem: string) => void): void => {
  const last = new Map<string, number>()

  const moveTo = (room: string, seq: number, what: string): void => {
    const truth = truths.get(room)
    const from = last.get(room)
    if (truth === undefined || from === undefined) return say(`${room}: ${what} ${seq} before its chat`)
    if (seq <= from) return say(`${room}: ${what} ${seq} after ${from}`)
    const missing = messageBetween(truth, from, seq)
    if (missing !== undefined) say(`${room}: message ${missing} is missing before ${what} ${seq}`)
    last.set(room, seq)
  }

  const check = ({ name, event }: Seen): void => {
    if (name === 'chat') {
      if (last.has(event.id) && event.seq !== last.get(event.id)) moveTo(event.id, event.seq, name)
      last.set(event.id, event.seq)
    } else if (name === 'left') {
      if (!last.delete(event.room)) say(`${event.room}: left before its chat`)
    } else if (name === 'reset') {
      say(`${event.room}: reset, though the store never was`)
    } else {
      moveTo(event.room, event.seq, name)
      if (name === 'message') checkMessage(event, truths, say)
    }
  }
  for (const seen of app.seen) check(seen)

  const me = app.client.user?.id ?? ''
  for (const [room, truth] of truths) {
    const seq = last.get(room)
    const lastSpan = truth.spans.get(me)?.at(-1)
    if (lastSpan?.until !== Number.POSITIVE_INFINITY) {
      // A user who fell behind before an ended membership began may not read that far, so no event reports its end.
      const mayRead = seq !== undefined && seq + 1 >= (lastSpan?.from ?? 0)
      if (mayRead) say(`${room}: the end of the membership is not reported`)
    } else if (seq === undefined) say(`${room}: never reported`)
    else {
      const missing = messageBetween(truth, seq, truth.events.length + 1)
      if (missing !== undefined) say(`${room}: ends at ${seq}, but there is message ${missing}`)
    }
  }
}

const checkMessage = (
  event: Extract<Seen, { name: 'message' }>['event'],
  truths: Truths,
  say: (problem: string) => void,
): void => {
  const { room, seq, as_of: _, ...body } = event
  const stored = truths.get(room)?.events[seq - 1]
  if (stored?.event !== 'new-message' || JSON.stringify(body) !== stored.data) say(`${room} ${seq}: not what is stored`)
}

/** Every call ends with the outcome that is stored; the messages of an application to a room are stored in the order of its calls. */
const checkSendings = (app: SimulatedApp, truths: Truths, say: (problem: string) => void): void => {
  const last = new Map<string, number>()
  const check = ({ room, id, outcome }: Sending): void => {
    const event = truths.get(room)?.events.find(({ commandId }) => commandId === id)
    if (outcome === 'pending') return say(`${id}: never settled`)
    if ('refused' in outcome) {
      if (event !== undefined) say(`${id}: refused (${String(outcome.refused)}), but stored`)
      return
    }
    if (JSON.stringify(outcome.stored) !== event?.data) return say(`${id}: confirmed otherwise than stored`)
    if (event.seq < (last.get(room) ?? 0)) say(`${id}: overtook one that was sent before it`)
    last.set(room, event.seq)
  }
  for (const sending of app.sendings) check(sending)
}

/** Each broken promise of a run, as applications observe it. */
export const appProblems = (apps: readonly SimulatedApp[], committed: readonly CommittedEvent[]): string[] => {
  const truths = roomTruths(committed)
  const problems: string[] = []
  for (const app of apps) {
    const say = (problem: string): void => void problems.push(`${app.name}: ${problem}`)
    checkSeen(app, truths, say)
    checkSendings(app, truths, say)
  }
  return problems
}
