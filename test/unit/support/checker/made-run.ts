import { crc32 } from 'node:zlib'
import { feedFrameText } from '../../../../shared/frames/room-event-frame.ts'
import type { ListedParts } from '../../../support/checker/listed-parts.ts'
import { listedEntry } from '../../../support/checker/read-list.ts'
import type { Truth } from '../../../support/checker/truth.ts'
import type { TruthBuilder } from '../../../support/checker/truth-builder.ts'
import { truthBuilder } from '../../../support/checker/truth-builder.ts'
import type { Entry, EntryCode, OperationEvent } from '../../../support/load/entry.ts'
import { creation } from '../../../support/load/entry.ts'
import type { History } from '../../../support/load/history.ts'
import { createHistory } from '../../../support/load/history.ts'
import { runIds } from '../../../support/load/run-ids.ts'

const startMs = Date.parse('2026-01-01T00:00:00.000Z')
const ids = runIds(7, startMs)
const userId = (user: number): string => `00000000-0000-4000-8000-00000000000${user}`
const userOf = new Map([1, 2, 3].map((user) => [userId(user), user]))

/** What happened, by kind: `created` is seq 1; a number is the command of a message. */
export type MadeEvent = { readonly storedMs?: number } & (
  | { readonly created: readonly number[] }
  | { readonly message: number; readonly atMs?: number; readonly by?: number; readonly thread?: number }
  | { readonly edited: number; readonly command: number; readonly by?: number }
  | { readonly deleted: number; readonly command: number; readonly by?: number; readonly thread?: number }
  | { readonly reacted: number; readonly command: number; readonly by?: number; readonly count: number }
  | { readonly pinned: number; readonly command: number; readonly by?: number }
  | { readonly added: readonly number[]; readonly command: number }
  | { readonly removed: readonly number[]; readonly command: number }
)

const time = (ms: number): string => new Date(startMs + ms).toISOString()
const commandId = (command: number): string => ids.command(command, startMs)

/** Message `command` of user 1, or what became of it. */
export const messageOf = (command: number, more: object = {}): object => ({
  ...{ id: commandId(command), msg: 'x', type: 'text', user_id: userId(1), created_at: time(0), modified_at: time(0) },
  ...more,
})
const editedMessage = (command: number): object => messageOf(command, { msg: 'edited', modified_at: time(1) })
const refsOf = (thread: number | undefined): object => (thread === undefined ? {} : { thread: commandId(thread) })

/** What a deletion leaves of message `command`, a reply in `thread`. */
export const tombstone = (command: number, thread?: number): object =>
  messageOf(command, { msg: '', modified_at: time(2), ...refsOf(thread), deleted: true })

const bodyOf = (event: MadeEvent, room: number): [OperationEvent, object] => {
  const at = { created_at: time(0), modified_at: time(0) }
  const chat = { id: ids.room(room), name: 'room' }
  if ('created' in event)
    return ['create-chat', { chat: { ...chat, users: event.created.map(userId), ...at }, user_id: userId(1) }]
  if ('message' in event) {
    const { message, by = 1, atMs = 0, thread } = event
    const times = { created_at: time(atMs), modified_at: time(atMs) }
    return ['new-message', messageOf(message, { user_id: userId(by), ...times, ...refsOf(thread) })]
  }
  const by = 'by' in event ? (event.by ?? 1) : 1
  const change = { id: commandId(event.command), user_id: userId(by), created_at: at.created_at }
  if ('edited' in event) return ['edit-message', { ...change, message: editedMessage(event.edited) }]
  if ('deleted' in event) return ['delete-message', { ...change, message: tombstone(event.deleted, event.thread) }]
  if ('reacted' in event)
    return ['set-reaction', { ...change, message: commandId(event.reacted), reaction: '👍', on: true, count: event.count }]
  if ('pinned' in event) return ['set-pin', { ...change, message: commandId(event.pinned), on: true }]
  const [name, users] = 'added' in event ? (['add-users', event.added] as const) : (['remove-users', event.removed] as const)
  return [name, { id: change.id, chat, users: users.map(userId), created_at: at.created_at }]
}

export const frameOf = (event: MadeEvent, room: number, seq: number): string => {
  const [name, body] = bodyOf(event, room)
  return feedFrameText(name, ids.room(room), seq, JSON.stringify(body))
}

export const madeBuilder = (): TruthBuilder => truthBuilder(ids, userOf)

/** The event of message `command`, which was deleted, as room 1 has it at that seq. */
export const tombstoneFrame = (command: number, seq: number): string =>
  feedFrameText('new-message', ids.room(1), seq, JSON.stringify(tombstone(command)))

/** Room 1 with these events, from seq 1. */
export const madeTruth = (events: readonly MadeEvent[], seqs = events.map((_, index) => index + 1)): Truth => {
  const builder = madeBuilder()
  for (const [index, event] of events.entries())
    builder.add(frameOf(event, 1, seqs[index] ?? 0), event.storedMs === undefined ? undefined : startMs + event.storedMs)
  return builder.build()
}

/** A history to be written by hand, in room 1, a millisecond an entry. */
export interface MadeHistory {
  readonly history: History
  at(ms: number): MadeHistory
  /** Opened and bound, with a resume from that seq if there is one. */
  opened(socket: number, user: number, resumesFrom?: number): MadeHistory
  closed(socket: number): MadeHistory
  resuming(socket: number, seq: number): MadeHistory
  resumed(socket: number, seq: number, code?: EntryCode): MadeHistory
  /** Sent and confirmed: the room's creation. */
  created(socket: number): MadeHistory
  invoked(socket: number, command: number, operation?: number): MadeHistory
  settled(kind: 'ok' | 'failed' | 'unknown', command: number, more?: Partial<Entry>): MadeHistory
  /** The socket receives the stored events at these seqs. */
  saw(socket: number, truth: Truth, ...seqs: readonly number[]): MadeHistory
  entry(entry: Partial<Entry> & Pick<Entry, 'kind'>): MadeHistory
}

export const madeHistory = (): MadeHistory => {
  const history = createHistory(startMs)
  const users = new Map<number, number>()
  let atMs = 0

  const append = (entry: Partial<Entry> & Pick<Entry, 'kind'>): MadeHistory => {
    atMs += 1
    history.append({ room: 1, at: startMs + atMs, user: users.get(entry.socket ?? 0) ?? 0, ...entry })
    return made
  }

  const made: MadeHistory = {
    history,
    at: (ms) => {
      atMs = ms
      return made
    },
    opened: (socket, user, resumesFrom) => {
      users.set(socket, user)
      append({ kind: 'opened', socket, room: 0 })
      if (resumesFrom !== undefined) append({ kind: 'resuming', socket, seq: resumesFrom })
      return append({ kind: 'bound', socket, room: 0 })
    },
    closed: (socket) => append({ kind: 'closed', socket, seq: 1006 }),
    resuming: (socket, seq) => append({ kind: 'resuming', socket, seq }),
    resumed: (socket, seq, code = 'none') => append({ kind: 'resumed', socket, seq, code }),
    created: (socket) => {
      const creating = { event: 'create-chat', socket, command: creation, operation: 1_000 } as const
      append({ kind: 'invoked', ...creating })
      return append({ kind: 'ok', seq: 1, ...creating })
    },
    invoked: (socket, command, operation = command) =>
      append({ kind: 'invoked', event: 'new-message', socket, command, operation }),
    settled: (kind, command, more = {}) => append({ kind, event: 'new-message', command, operation: command, ...more }),
    saw: (socket, truth, ...seqs) => {
      for (const seq of seqs) {
        const command = truth.rooms.get(1)?.commandAt(seq) ?? 0
        append({ kind: 'frame', event: 'new-message', socket, seq, command, crc: truth.rooms.get(1)?.crcAt(seq) ?? 0 })
      }
      return made
    },
    entry: append,
  }
  return made
}

export const crcOf = (frame: string): number => crc32(frame.slice(1))

/** The entry of a message that a list of room 1 shows at that seq. */
export const listedOf = (
  seq: number,
  message: object,
  parts: ListedParts = {},
): Pick<Entry, 'kind' | 'seq' | 'command' | 'crc'> =>
  listedEntry(ids.room(1), { ...(message as { readonly id: string }), seq, ...parts }, ids.commandAt)
