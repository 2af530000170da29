import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import type { Received } from '../world/simulated-socket.ts'
import type { Sent } from './sent.ts'
import type { Connection } from './simulated-client.ts'

/** Refusals by the gateway are not recorded, and apply to one sending only. A timeout reports no outcome. */
const undecided: ReadonlySet<string | undefined> = new Set([undefined, 'unavailable', 'rate_limited', 'timeout'])

interface Sending {
  readonly sent: Sent
  /** Its answer or its own feed frame. */
  readonly frame: Received | undefined
}

type Say = (problem: string) => void

const outcomeOf = ({ frame }: Sending): string | undefined => frame && (frame.error?.code ?? 'done')

const textOf = (data: string): unknown => {
  const { msg, chat } = JSON.parse(data) as { msg?: string; chat?: { name: string } }
  return msg ?? chat?.name
}

/** All sendings of one content under one id have one outcome. */
const checkContent = (
  key: string,
  same: readonly Sending[],
  isOnlyContent: boolean,
  stored: string | undefined,
  say: Say,
): void => {
  const decided = new Set(same.map(outcomeOf).filter((outcome) => !undecided.has(outcome)))
  if (decided.has('conflict') && isOnlyContent) say(`${key}: in conflict with itself`)
  // A conflict is not recorded: its sender may be removed from the chat before it is sent again.
  if (decided.has('forbidden')) decided.delete('conflict')
  if (decided.size > 1) say(`${key}: one command, but ${[...decided].join(' and ')}`)
  const [, , body] = JSON.parse(same[0]?.sent.content ?? '[]') as [string, string, object]
  const text = textOf(JSON.stringify(body))
  if (decided.has('done') && stored !== undefined && text !== undefined && textOf(stored) !== text)
    say(`${key}: confirmed, but something else is stored`)
}

/** Different contents were sent under one id: checks the outcome of each content, and that confirmations have the stored one. */
export const checkContents = (connections: readonly Connection[], events: readonly StoredEvent[], say: Say): void => {
  const stored = new Map(events.map(({ stream, commandId, data }) => [`${stream} ${commandId}`, data]))
  const sendings = connections.flatMap(({ sent, socket }) =>
    sent
      .filter(({ commandId }) => commandId !== undefined)
      .map((one): Sending => ({ sent: one, frame: socket.frames.find(({ id }) => id === one.callerId) })),
  )
  for (const [key, those] of Map.groupBy(sendings, ({ sent }) => `${sent.room} ${sent.commandId}`)) {
    const contents = Map.groupBy(those, ({ sent }) => sent.content)
    for (const same of contents.values()) checkContent(key, same, contents.size === 1, stored.get(key), say)
    for (const { frame } of those)
      if (frame?.body !== undefined && JSON.stringify(frame.body) !== stored.get(key))
        say(`${key}: confirmed otherwise than stored`)
  }
}
