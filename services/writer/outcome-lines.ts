import type { LogRecord } from '../../shared/ports/command-log.ts'
import type { Publication } from '../../shared/ports/fan-out.ts'
import { errors } from '../../shared/protocol/errors.ts'
import type { OutcomeLine } from '../../shared/records/publications.ts'
import { channels, writeOutcomeLine } from '../../shared/records/publications.ts'
import { recordHeaders } from '../../shared/records/record-headers.ts'
import { isRoomEvent } from '../../shared/records/stored-event.ts'
import { inParts } from '../../shared/runtime/async/in-parts.ts'
import type { Decision } from './decide-batch.ts'
import type { Entry, Faulty } from './read-record.ts'
import { isPlain } from './read-record.ts'

/** A command and what became of it. */
export interface Settled {
  readonly entry: Entry
  readonly decision: Decision
}

const answerOf = (decision: Decision): Pick<OutcomeLine, 'seq' | 'body' | 'error'> => {
  switch (decision.kind) {
    case 'event': {
      const { seq, data } = decision.event
      return isRoomEvent(decision.event) ? { seq, body: data } : { body: data }
    }
    case 'rejection': {
      const { code, message, details } = decision.rejection
      return { error: { code, message, ...(details === undefined ? {} : { details }) } }
    }
    case 'conflict':
      return { error: { code: 'conflict', message: errors.conflict.meaning } }
    case 'user':
      return { body: JSON.stringify({ user: decision.user }) }
  }
}

/** A new event of a room reaches its sender in the feed, unless the sender does not follow the room. */
const isToldByFeed = ({ record }: Entry, decision: Decision): boolean =>
  decision.kind === 'event' && isRoomEvent(decision.event) && !decision.isRepeat && record.headers[recordHeaders.direct] !== '1'

const lineFor = ({ entry, decision }: Settled): string => {
  const { stream: room, id: command, digest } = entry.command
  return writeOutcomeLine({ room, command, digest, ...answerOf(decision) })
}

/** The sender's names stand in the record's headers, because the value may be unreadable. */
const internalLine = ({ key, headers }: LogRecord): string | undefined => {
  const command = headers[recordHeaders.command]
  const digest = headers[recordHeaders.digest] ?? ''
  if (command === undefined || !isPlain(command) || !isPlain(digest)) return undefined
  return writeOutcomeLine({ room: key, command, digest, error: { code: 'internal', message: errors.internal.meaning } })
}

interface Addressed {
  readonly gateway: string
  readonly line: string
}

const addressed = ({ headers }: LogRecord, line: string | undefined): readonly Addressed[] => {
  const gateway = headers[recordHeaders.reply]
  return gateway === undefined || line === undefined ? [] : [{ gateway, line }]
}

const perGateway = (lines: readonly Addressed[], maxBytes: number): readonly Publication[] =>
  [...Map.groupBy(lines, ({ gateway }) => gateway)].flatMap(([gateway, ofIt]) =>
    inParts(ofIt, ({ line }) => Buffer.byteLength(line) + 1, maxBytes).map((part) => ({
      channel: channels.gateway(gateway),
      payload: part.map(({ line }) => line).join('\n'),
    })),
  )

/** What senders are told through their gateways' topics: everything that the feed does not tell them. */
export const outcomePublications = (settled: readonly Settled[], maxBytes: number): readonly Publication[] =>
  perGateway(
    settled.flatMap((one) => (isToldByFeed(one.entry, one.decision) ? [] : addressed(one.entry.record, lineFor(one)))),
    maxBytes,
  )

/** Tells the senders of records that were set aside, as far as these name them. */
export const internalPublications = (faulty: readonly Faulty[], maxBytes: number): readonly Publication[] =>
  perGateway(
    faulty.flatMap(({ record }) => addressed(record, internalLine(record))),
    maxBytes,
  )
