import type { LogRecord } from '../../shared/ports/command-log.ts'
import type { Publication } from '../../shared/ports/fan-out.ts'
import { errorBody, errors } from '../../shared/protocol/errors.ts'
import type { Outcome } from '../../shared/records/outcome.ts'
import { channels, writeOutcomeLine } from '../../shared/records/publications.ts'
import { recordHeaders } from '../../shared/records/record-headers.ts'
import { isRoomEvent } from '../../shared/records/stored-event.ts'
import { inParts } from '../../shared/runtime/async/in-parts.ts'
import type { Decision } from './batch-state.ts'
import type { UnusableRecord } from './read-record.ts'
import { isPlain } from './read-record.ts'
import type { StoredEntry } from './store-batch.ts'

const outcomeOf = (decision: Decision): Outcome => {
  switch (decision.kind) {
    case 'event': {
      const { seq, data } = decision.event
      return isRoomEvent(decision.event) ? { seq, body: data } : { body: data }
    }
    case 'rejection': {
      const { code, message, details } = decision.rejection
      return { error: errorBody(code, message, details) }
    }
    case 'conflict':
      return { error: errorBody('conflict', errors.conflict.meaning) }
    case 'user':
      return { body: JSON.stringify({ user: decision.user }) }
  }
}

/** The sender receives a new room event in its feed, unless it does not follow the room and has asked for an answer. */
const isAnsweredByFeed = ({ record, decision }: StoredEntry): boolean =>
  decision.kind === 'event' && isRoomEvent(decision.event) && !decision.isRepeat && record.headers[recordHeaders.direct] !== '1'

const outcomeLineOf = ({ command: { stream: room, id, digest }, decision }: StoredEntry): string =>
  writeOutcomeLine({ room, command: id, digest, outcome: outcomeOf(decision) })

/** Built from the record's headers, because the value may be unreadable. Undefined if the headers are missing or malformed. */
const internalErrorLineOf = ({ key, headers }: LogRecord): string | undefined => {
  const command = headers[recordHeaders.command]
  const digest = headers[recordHeaders.digest] ?? ''
  if (command === undefined || !isPlain(command) || !isPlain(digest)) return undefined
  return writeOutcomeLine({ room: key, command, digest, outcome: { error: errorBody('internal', errors.internal.meaning) } })
}

interface AddressedLine {
  readonly gateway: string
  readonly line: string
}

const addressed = ({ headers }: LogRecord, line: string | undefined): readonly AddressedLine[] => {
  const gateway = headers[recordHeaders.reply]
  return gateway === undefined || line === undefined ? [] : [{ gateway, line }]
}

const perGateway = (lines: readonly AddressedLine[], maxBytes: number): readonly Publication[] =>
  [...Map.groupBy(lines, ({ gateway }) => gateway)].flatMap(([gateway, ownLines]) =>
    inParts(ownLines, ({ line }) => Buffer.byteLength(line) + 1, maxBytes).map((part) => ({
      channel: channels.gateway(gateway),
      payload: part.map(({ line }) => line).join('\n'),
    })),
  )

/** The answers that senders do not get from their feed, by gateway. */
export const outcomePublications = (stored: readonly StoredEntry[], maxBytes: number): readonly Publication[] =>
  perGateway(
    stored.flatMap((entry) => (isAnsweredByFeed(entry) ? [] : addressed(entry.record, outcomeLineOf(entry)))),
    maxBytes,
  )

/** The answer `internal` to the senders of dead-lettered records, where the headers name them. */
export const deadLetterPublications = (faulty: readonly UnusableRecord[], maxBytes: number): readonly Publication[] =>
  perGateway(
    faulty.flatMap(({ record }) => addressed(record, internalErrorLineOf(record))),
    maxBytes,
  )
