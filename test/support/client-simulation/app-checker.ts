import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { Seen, Sending, SimulatedApp } from './simulated-app.ts'

/** A room as it is stored. */
interface Truth {
  readonly events: readonly StoredEvent[]
  readonly members: ReadonlySet<string>
  /** The seq by which each user last joined. */
  readonly joinedAt: ReadonlyMap<string, number>
}

const usersOf = (event: StoredEvent): readonly string[] => {
  const body = JSON.parse(event.data) as { users?: string[]; chat?: { users?: string[] } }
  return event.type === 'ChatCreated' ? (body.chat?.users ?? []) : (body.users ?? [])
}

const truthsOf = (log: readonly StoredEvent[]): Map<string, Truth> => {
  const truths = new Map<string, { events: StoredEvent[]; members: Set<string>; joinedAt: Map<string, number> }>()
  for (const event of log) {
    if (event.type === 'UserCreated') continue
    const truth = truths.get(event.stream) ?? { events: [], members: new Set<string>(), joinedAt: new Map<string, number>() }
    truths.set(event.stream, truth)
    truth.events.push(event)
    if (event.type === 'MessagePosted') continue
    for (const user of usersOf(event)) {
      if (event.type === 'UsersRemoved') {
        truth.members.delete(user)
        continue
      }
      truth.members.add(user)
      truth.joinedAt.set(user, event.seq)
    }
  }
  return truths
}

/** The first message strictly between two seqs, if there is one. */
const messageBetween = ({ events }: Truth, after: number, before: number): number | undefined =>
  events.slice(after, before - 1).find(({ type }) => type === 'MessagePosted')?.seq

/** An application that only appends what it is told has the room's history, exactly, from where it joined. */
const checkSeen = (app: SimulatedApp, truths: ReadonlyMap<string, Truth>, say: (problem: string) => void): void => {
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
    if (!truth.members.has(me)) {
      // Who fell behind before a membership began that is over again may not read that far: his place ends untold.
      const mayRead = seq !== undefined && seq + 1 >= (truth.joinedAt.get(me) ?? 0)
      if (mayRead) say(`${room}: not told that it is over`)
    } else if (seq === undefined) say(`${room}: never told of`)
    else {
      const missing = messageBetween(truth, seq, truth.events.length + 1)
      if (missing !== undefined) say(`${room}: ends at ${seq}, but there is message ${missing}`)
    }
  }
}

const checkMessage = (
  event: Extract<Seen, { name: 'message' }>['event'],
  truths: ReadonlyMap<string, Truth>,
  say: (problem: string) => void,
): void => {
  const { room, seq, ...body } = event
  const stored = truths.get(room)?.events[seq - 1]
  if (stored?.type !== 'MessagePosted' || JSON.stringify(body) !== stored.data) say(`${room} ${seq}: not what is stored`)
}

/** Every call is settled, truly; what one application sent to one room stands in the order of its calls. */
const checkSendings = (app: SimulatedApp, log: readonly StoredEvent[], say: (problem: string) => void): void => {
  const stored = new Map(log.map((event) => [`${event.stream} ${event.commandId}`, event]))
  const last = new Map<string, number>()
  const check = ({ room, id, outcome }: Sending): void => {
    const event = stored.get(`${room} ${id}`)
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

/** What is wrong with a run, as applications saw it; empty: nothing. */
export const appProblems = (apps: readonly SimulatedApp[], log: readonly StoredEvent[]): string[] => {
  const truths = truthsOf(log)
  const problems: string[] = []
  for (const app of apps) {
    const say = (problem: string): void => void problems.push(`${app.name}: ${problem}`)
    checkSeen(app, truths, say)
    checkSendings(app, log, say)
  }
  return problems
}
