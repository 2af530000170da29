import { crc32 } from 'node:zlib'
import type { ListPage } from '../../../support/checker/read-list.ts'
import { listedEntry } from '../../../support/checker/read-list.ts'
import type { Entry, OperationEvent } from '../../../support/load/entry.ts'
import { creation } from '../../../support/load/entry.ts'
import type { History } from '../../../support/load/history.ts'
import { codeNamed, eventNamed, viewOf } from '../../../support/load/parse-frame.ts'
import { numberOf, simulatedIds } from '../world/simulated-ids.ts'
import { forgedText, simulatedTimes } from '../world/simulated-settings.ts'
import type { Received } from '../world/simulated-socket.ts'
import type { Sent } from './sent.ts'

/** Records what one connection sends and receives, as the load engine does. */
export interface RecordedConnection {
  sent(sent: Sent): void
  received(frame: Received): void
  /** The run is over; requests that have waited for long have no answer. */
  end(atMs: number, isClosed: boolean): void
}

export interface ConnectionStart {
  readonly socket: number
  /** The number of its user, 0 without one. */
  readonly user: number
  readonly atMs: number
  /** The number of a user with this id. */
  readonly numberOfUser: (id: string) => number
}

/** The deadline, and the longest time that the store may be unavailable after it. */
const settledWithinMs = simulatedTimes.commandDeadlineMs + 2_500

type Operation = Pick<Entry, 'event' | 'socket' | 'user' | 'room' | 'command' | 'operation'> & { readonly isFiltered?: boolean }

interface ResumeAnswer {
  readonly rooms: Readonly<Record<string, { readonly seq: number; readonly recovered: boolean; readonly reason?: string }>>
  readonly others?: Readonly<Record<string, number>>
}

/** The frame as all sockets get it. */
const crcOf = ({ id: _id, atMs: _atMs, ...common }: Received): number => crc32(JSON.stringify(common).slice(1))

export const recordConnection = (history: History, start: ConnectionStart): RecordedConnection => {
  const { socket, user } = start
  let isBound = false
  const pending = new Map<number, Operation & { readonly atMs: number }>()
  const append = (kind: Entry['kind'], at: number, entry: Partial<Entry> = {}): void =>
    history.append({ socket, user, ...entry, kind, at })

  const settle = (kind: 'ok' | 'failed' | 'unknown', at: number, operation: number, more: Partial<Entry> = {}): void => {
    const found = pending.get(operation)
    append(kind, at, { operation, ...found, ...more })
    pending.delete(operation)
  }

  const seeFeed = (frame: Received): void => {
    const { room, seq, command, event } = viewOf(frame, simulatedIds)
    const operation = numberOf(frame.id)
    const isForged = frame.body?.msg === forgedText
    append(isForged ? 'forged' : 'frame', frame.atMs, { event, room, seq, command, operation, crc: crcOf(frame) })
    if (operation !== 0) settle('ok', frame.atMs, operation, { seq })
  }

  const seeResumed = ({ atMs, body, id }: Received): void => {
    const { rooms, others = {} } = body as unknown as ResumeAnswer
    const operation = numberOf(id)
    for (const [room, { seq, recovered, reason = 'other' }] of Object.entries(rooms))
      append('resumed', atMs, { room: numberOf(room), seq, code: recovered ? 'none' : codeNamed(reason), operation })
    for (const [room, seq] of Object.entries(others)) append('standing', atMs, { room: numberOf(room), seq })
    settle('ok', atMs, pending.has(-operation) ? -operation : operation)
  }

  const seeListed = ({ atMs, body, id }: Received): void => {
    const operation = numberOf(id)
    const asked = pending.get(operation)
    const { messages = [], as_of: asOf = 0 } = (body ?? {}) as ListPage
    append('page', atMs, { ...asked, seq: asOf, code: asked?.isFiltered === true ? 'other' : 'none' })
    for (const message of messages) {
      const room = asked?.room ?? 0
      append('listed', atMs, { ...asked, room, ...listedEntry(simulatedIds.room(room), message, simulatedIds.commandAt) })
    }
  }

  const seeError = (atMs: number, operation: number, code: string): void => {
    pending.delete(-operation)
    settle(code === 'timeout' ? 'unknown' : 'failed', atMs, operation, { code: codeNamed(code) })
  }

  const seeBound = (atMs: number, id: string): void => {
    if (isBound || start.numberOfUser(id) !== user) return
    isBound = true
    append('bound', atMs)
  }

  const seeAnswer = (frame: Received): void => {
    const { atMs, id, event, error, body } = frame
    if (error !== undefined) return seeError(atMs, numberOf(id), error.code)
    if (event === 'resume') return seeResumed(frame)
    if (event === 'list-messages') seeListed(frame)
    if (event === 'create-user') seeBound(atMs, (body as { user: { id: string } }).user.id)
    settle('ok', atMs, numberOf(id))
  }

  append('opened', start.atMs)
  return {
    sent: ({ callerId, event: name, atMs, room, commandId, resume, actor, isFiltered = false }) => {
      const event: OperationEvent = eventNamed(name)
      const operation = numberOf(callerId)
      const command = event === 'create-chat' ? creation : numberOf(commandId)
      const by = actor === undefined ? user : start.numberOfUser(actor)
      const sent = { event, socket, user: by, room: numberOf(room), command, operation }
      for (const [id, seq] of Object.entries(resume?.rooms ?? {})) {
        const code = resume?.epoch === undefined ? 'none' : 'epoch'
        append('resuming', atMs, { room: numberOf(id), seq, operation, command: resume?.max ?? 0, code })
      }
      pending.set(operation, { ...sent, atMs, isFiltered })
      // A binding that resumes has two answers.
      if (event === 'none' && resume !== undefined) pending.set(-operation, { ...sent, event: 'resume', atMs })
      append('invoked', atMs, sent)
    },
    received: (frame) => {
      if (frame.seq !== undefined && frame.room !== undefined) seeFeed(frame)
      else if (frame.event === 'reset') {
        const { room, seq } = frame.body as { room: string; seq: number }
        append('reset', frame.atMs, { room: numberOf(room), seq })
      } else if (frame.id !== undefined) seeAnswer(frame)
    },
    end: (atMs, isClosed) => {
      if (isClosed) append('closed', atMs)
      for (const [operation, { atMs: sentMs }] of [...pending])
        if (isClosed || sentMs < atMs - settledWithinMs)
          settle('unknown', atMs, operation, { code: isClosed ? 'closed' : 'silence' })
    },
  }
}
