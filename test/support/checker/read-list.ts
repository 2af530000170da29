import { crc32 } from 'node:zlib'
import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import type { Entry } from '../load/entry.ts'
import type { Load } from '../load/load.ts'
import type { ParsedFrame } from '../load/parse-frame.ts'
import { codeNamed, idBytes } from '../load/parse-frame.ts'
import type { RunIds } from '../load/run-ids.ts'
import type { ListedParts } from './listed-parts.ts'
import { listedCrcOf } from './listed-parts.ts'

/** A message of a list, as the service answers it. */
export interface Listed extends ListedParts {
  readonly seq: number
  readonly id: string
  readonly [field: string]: unknown
}

type ListedEntry = Pick<Entry, 'kind' | 'seq' | 'command' | 'crc'>

const pageEntries = 200

/** The text of the feed frame of a listed message's content. */
const frameOfListed = (
  roomId: string,
  { seq, reactions: _r, my_reactions: _m, replies: _t, pinned: _p, ...content }: Listed,
): string => feedFrameText('new-message', roomId, seq, JSON.stringify(content))

/** The fields of an entry that a listed message decides; `commandAt` finds the number of its command. */
export const listedEntry = (roomId: string, listed: Listed, commandAt: RunIds['commandAt']): ListedEntry => {
  const contentCrc = crc32(frameOfListed(roomId, listed).slice(1))
  return { kind: 'listed', seq: listed.seq, command: commandAt(idBytes(listed.id), 0), crc: listedCrcOf(contentCrc, listed) }
}

/** The answer to `list-messages`. */
export interface ListPage {
  readonly messages?: readonly Listed[]
  readonly as_of?: number
}

/** Records a page for the checker; returns each message as the text of the feed frame of its content. */
const recordPage = (
  { context: { ids, history, now } }: Load,
  asked: Pick<Entry, 'user' | 'room' | 'operation'>,
  { messages = [], as_of: asOf }: ListPage,
): readonly string[] => {
  const roomId = ids.room(asked.room)
  const entry = { ...asked, at: now() }
  // A version of the service without message changes answers no `as_of`.
  if (asOf !== undefined) history.append({ ...entry, kind: 'page', seq: asOf })
  return messages.map((message) => {
    history.append({ ...entry, ...listedEntry(roomId, message, ids.commandAt) })
    return frameOfListed(roomId, message)
  })
}

export interface ReadPage {
  readonly operation: number
  readonly answer: ParsedFrame
  /** Each message as the text of the feed frame of its content. */
  readonly frames: readonly string[]
}

/** Asks for the first page of a list; records the request and its outcome. Rejects when the socket closes before the answer. */
export const readPage = async (load: Load, room: number, user: number, query: object): Promise<ReadPage> => {
  const { history, now, next } = load.context
  const asked = { user, room, operation: next.operation(), event: 'list-messages' } as const
  history.append({ ...asked, kind: 'invoked', at: now() })
  const page = await continueList(load, room, user, query, asked.operation)
  const { error } = page.answer
  if (error === undefined) history.append({ ...asked, kind: 'ok', at: now() })
  else history.append({ ...asked, kind: 'failed', at: now(), code: codeNamed(error.code) })
  return page
}

/** Asks for a further page of the list of the operation. */
const continueList = async (load: Load, room: number, user: number, query: object, operation: number): Promise<ReadPage> => {
  const device = load.devices.get(user)
  if (device === undefined) throw new Error(`user ${user} is not of this process`)
  const answer = await device.ask('list-messages', { chat: { id: load.context.ids.room(room) }, query })
  const frames = answer.body === undefined ? [] : recordPage(load, { user, room, operation }, answer.body)
  return { operation, answer, frames }
}

/** Reads all messages of a room and records them; returns each as the text of the feed frame of its content. */
export const readList = async (load: Load, room: number, user: number): Promise<readonly string[]> => {
  const all: string[] = []
  let after = 0
  let page = await readPage(load, room, user, { after, limit: pageEntries })
  for (;;) {
    const { operation, answer, frames } = page
    if (answer.error !== undefined) throw new Error(`list-messages of room ${load.context.ids.room(room)}: ${answer.error.code}`)
    all.push(...frames)
    if (answer.body?.next_cursor === undefined) return all
    after = (answer.body as ListPage).messages?.at(-1)?.seq ?? after
    page = await continueList(load, room, user, { after, limit: pageEntries }, operation)
  }
}
