import type { Say } from './check-feeds.ts'
import type { TrueEvent, Truths } from './room-truths.ts'
import type { Connection, Sent } from './simulated-client.ts'
import { simulatedTimes } from './simulated-settings.ts'
import type { Received } from './simulated-socket.ts'

/** Refusals by the gateway are not recorded, and apply to one sending only. */
const ownRefusals: ReadonlySet<string> = new Set(['unavailable', 'rate_limited'])

/** The deadline, and the longest time that the store may be unavailable after it. */
const settledWithinMs = simulatedTimes.commandDeadlineMs + 2_500

interface Sending {
  readonly sent: Sent
  /** Its answer or its own feed frame. */
  readonly frame: Received | undefined
}

const outcomeOf = ({ frame }: Sending): string | undefined => (frame === undefined ? undefined : (frame.error?.code ?? 'done'))

const actorOf = (content: string | undefined): string => (JSON.parse(content ?? '["",""]') as [string, string])[1]

const wordsOf = (data: string): unknown => {
  const { msg, chat } = JSON.parse(data) as { msg?: string; chat?: { name: string } }
  return msg ?? chat?.name
}

/** Checks that every request has one answer, in time; returns the sendings of commands with their answers. */
const checkSettled = ({ socket, sent }: Connection, endMs: number, say: Say): Sending[] =>
  sent.flatMap((one) => {
    const frames = socket.frames.filter(({ id }) => id === one.callerId)
    const isBinding = one.event === 'create-user' && one.resume !== undefined
    const expected = isBinding && frames[0]?.error === undefined ? 2 : 1
    if (frames.length > expected) say(`${one.event} ${one.callerId}: settled ${frames.length} times`)
    if (!socket.isClosed && frames.length < expected && one.atMs + settledWithinMs < endMs)
      say(`${one.event} ${one.callerId}: not settled`)
    return one.commandId === undefined ? [] : [{ sent: one, frame: frames[0] }]
  })

/** Compares the outcomes of all sendings under one id with each other and with the store. */
const checkOutcomes = (key: string, sendings: readonly Sending[], stored: TrueEvent | undefined, say: Say): void => {
  const outcomes = sendings.map(outcomeOf)
  if (outcomes.every((outcome) => outcome !== undefined && ownRefusals.has(outcome)) && stored !== undefined)
    say(`${key}: refused at every sending, but stored`)
  for (const [content, same] of Map.groupBy(sendings, ({ sent }) => sent.content)) {
    const decided = new Set(same.map(outcomeOf).filter((outcome) => outcome !== undefined && !ownRefusals.has(outcome)))
    decided.delete('timeout')
    const hasConflict = decided.has('conflict')
    // A conflict is not recorded: its sender may be removed from the chat before it is sent again.
    if (decided.has('forbidden')) decided.delete('conflict')
    if (decided.size > 1) say(`${key}: one command, but ${[...decided].join(' and ')}`)
    if (hasConflict && new Set(sendings.map(({ sent }) => sent.content)).size === 1) say(`${key}: in conflict with itself`)
    const [, , body] = JSON.parse(content ?? '[]') as [string, string, { msg?: string; chat?: { name: string } }]
    const words = body.msg ?? body.chat?.name
    if (decided.has('done') && stored !== undefined && words !== undefined && wordsOf(stored.data) !== words)
      say(`${key}: confirmed, but something else is stored`)
  }
  for (const { frame } of sendings) {
    if (frame?.body !== undefined && JSON.stringify(frame.body) !== stored?.data) say(`${key}: confirmed otherwise than stored`)
  }
}

/** I1–I3, and that every request has one answer. */
export const checkSends = (connections: readonly Connection[], truths: Truths, endMs: number, say: Say): void => {
  const sendings = connections.flatMap((connection) => checkSettled(connection, endMs, say))
  const byKey = Map.groupBy(sendings, ({ sent }) => `${sent.room} ${sent.commandId}`)
  const stored = new Map<string, TrueEvent>()
  for (const [room, { events }] of truths) {
    for (const event of events) {
      const key = `${room} ${event.commandId}`
      if (stored.has(key)) say(`${key}: stored twice`)
      if (!byKey.has(key)) say(`${key}: stored, but never sent`)
      stored.set(key, event)
    }
  }
  for (const [key, those] of byKey) checkOutcomes(key, those, stored.get(key), say)
}

/** I6: two commands that one socket sent once each to one room, its creation included, are stored in the order of sending. */
export const checkSenderOrder = (connections: readonly Connection[], truths: Truths, say: Say): void => {
  const times = new Map<string, number>()
  for (const { sent } of connections)
    for (const { commandId } of sent) if (commandId !== undefined) times.set(commandId, (times.get(commandId) ?? 0) + 1)
  const seqs = new Map<string, number>()
  for (const [room, { events }] of truths) for (const { seq, commandId } of events) seqs.set(`${room} ${commandId}`, seq)
  for (const { sent, socket } of connections) {
    const last = new Map<string, number>()
    const refusals = new Map(socket.frames.filter(({ error }) => error?.code === 'forbidden').map((no) => [no.id, no]))
    for (const { room, commandId, callerId, content } of sent) {
      if (room === undefined || commandId === undefined || times.get(commandId) !== 1) continue
      const seq = seqs.get(`${room} ${commandId}`)
      if (seq === undefined) {
        const no = refusals.get(callerId)
        const creator = truths.get(room)?.spans.get(actorOf(content))?.[0]
        // The creator is a member from the start and not removed yet; only the creator may remove others.
        const mayAlways = content?.startsWith('["remove-users"') === false
        if (mayAlways && no !== undefined && last.get(room) === 1 && creator?.from === 1 && creator.untilMs > no.atMs)
          say(`${room}: ${commandId} overtook the creation of the room`)
        continue
      }
      if (seq < (last.get(room) ?? 0)) say(`${room}: ${commandId} at ${seq} overtook an earlier one of its socket`)
      last.set(room, seq)
    }
  }
}
