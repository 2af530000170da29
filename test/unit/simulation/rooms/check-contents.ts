import { longestDelayMs } from '../world/faulty-fan-out.ts'
import type { Received } from '../world/simulated-socket.ts'
import type { CommittedEvent } from '../world/simulated-store.ts'
import type { RedactedBody } from './redacted-bodies.ts'
import { redactedBodies } from './redacted-bodies.ts'
import type { Sent } from './sent.ts'
import type { Connection } from './simulated-client.ts'

/**
 * Refusals by the gateway are not recorded, and apply to one sending only: an event or a field of a higher feature level
 * is `unknown_event` or `invalid`. A timeout reports no outcome.
 */
const undecided: ReadonlySet<string | undefined> = new Set([
  ...[undefined, 'unavailable', 'rate_limited', 'timeout'],
  ...['unknown_event', 'invalid'],
])

interface Sending {
  readonly sent: Sent
  /** Its answer or its own feed frame. */
  readonly frame: Received | undefined
}

type Say = (problem: string) => void

const outcomeOf = ({ frame }: Sending): string | undefined => frame && (frame.error?.code ?? 'done')

const textOf = (data: string): unknown => {
  const { msg, chat, message } = JSON.parse(data) as { msg?: string; chat?: { name: string }; message?: string | { msg: string } }
  return msg ?? chat?.name ?? (typeof message === 'object' ? message.msg : undefined)
}

/** All sendings of one content under one id have one outcome. Of a deleted message, every content has the tombstone as its outcome. */
const checkContent = (
  key: string,
  same: readonly Sending[],
  isOnlyContent: boolean,
  stored: string | undefined,
  isRedacted: boolean,
  say: Say,
): void => {
  const decided = new Set(same.map(outcomeOf).filter((outcome) => !undecided.has(outcome)))
  if (decided.has('conflict') && isOnlyContent) say(`${key}: in conflict with itself`)
  // A conflict is not recorded: its sender may be removed from the chat before it is sent again.
  if (decided.has('forbidden') || isRedacted) decided.delete('conflict')
  if (decided.size > 1) say(`${key}: one command, but ${[...decided].join(' and ')}`)
  const [, , body] = JSON.parse(same[0]?.sent.content ?? '[]') as [string, string, object]
  const text = textOf(JSON.stringify(body))
  if (decided.has('done') && !isRedacted && stored !== undefined && text !== undefined && textOf(stored) !== text)
    say(`${key}: confirmed, but something else is stored`)
}

/**
 * An answer to a command that was sent after the deletion of its message has no deleted content, unless it is the outcome
 * of an earlier sending that was published before the deletion.
 */
const checkBody = (
  key: string,
  { sent, frame }: Sending,
  stored: string | undefined,
  redacted: RedactedBody | undefined,
  say: Say,
): void => {
  if (frame?.body === undefined) return
  const text = JSON.stringify(frame.body)
  if (text !== stored && text !== redacted?.body) say(`${key}: confirmed otherwise than stored`)
  const isLater = redacted !== undefined && sent.atMs > redacted.atMs && frame.atMs > redacted.atMs + longestDelayMs
  if (isLater && frame.seq === undefined && text !== redacted.body)
    say(`${key}: answered with the content of a message that was deleted before`)
}

/** Different contents were sent under one id: checks the outcome of each content, and that confirmations have the stored one. */
export const checkContents = (connections: readonly Connection[], committed: readonly CommittedEvent[], say: Say): void => {
  const stored = new Map(committed.map(({ event: { stream, commandId, data } }) => [`${stream} ${commandId}`, data]))
  const redacted = redactedBodies(committed)
  const sendings = connections.flatMap(({ sent, socket }) =>
    sent
      .filter(({ commandId }) => commandId !== undefined)
      .map((one): Sending => ({ sent: one, frame: socket.frames.find(({ id }) => id === one.callerId) })),
  )
  for (const [key, those] of Map.groupBy(sendings, ({ sent }) => `${sent.room} ${sent.commandId}`)) {
    const contents = Map.groupBy(those, ({ sent }) => sent.content)
    for (const same of contents.values()) checkContent(key, same, contents.size === 1, stored.get(key), redacted.has(key), say)
    for (const sending of those) checkBody(key, sending, stored.get(key), redacted.get(key), say)
  }
}
