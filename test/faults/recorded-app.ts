import { crc32 } from 'node:zlib'
import type { ChatClient } from '../../shared/client/chat-client.ts'
import { ChatError } from '../../shared/client/chat-error.ts'
import { connect } from '../../shared/client/connect.ts'
import { feedFrameText } from '../../shared/frames/room-event-frame.ts'
import type { FeedEvent } from '../../shared/protocol/answers.ts'
import type { OperationEvent } from '../support/load/entry.ts'
import { creation } from '../support/load/entry.ts'
import type { LoadContext } from '../support/load/load-context.ts'
import { codeNamed, idBytes } from '../support/load/parse-frame.ts'
import { socketsInTurn } from './sockets-in-turn.ts'

/**
 * An application on the client. Its history is recorded as one socket that never
 * closes, because the client promises the events of one unbroken connection.
 */
export interface RecordedApp extends AsyncDisposable {
  readonly client: ChatClient
  readonly userId: string
  /** The number of unsettled calls. */
  readonly unsettled: number
  /** The last seq that it received. */
  lastOf(room: number): number
  createRoom(room: number, users: readonly string[]): Promise<void>
  say(room: number, msg: string): Promise<void>
}

export interface AppOptions {
  readonly user: number
  readonly externalId: string
  readonly urls: readonly string[]
}

export const recordedApp = async (context: LoadContext, { user, externalId, urls }: AppOptions): Promise<RecordedApp> => {
  const { ids, history, next, now } = context
  const socket = next.socket()
  const last = new Map<number, number>()
  let unsettled = 0
  const client = connect('ws://in.turn/ws', {
    user: { externalUserId: externalId },
    WebSocket: socketsInTurn(urls, user),
    times: { silenceMs: 4_000, pongMs: 2_000, connectMs: 5_000, backoffFirstMs: 100, backoffMostMs: 2_000 },
    maxResumed: 10_000,
  })
  history.append({ kind: 'opened', at: now(), socket, user })

  const roomOf = (id: string): number => ids.roomAt(idBytes(id), 0)
  /** The exact text of the frame. */
  const seeFrame = (event: FeedEvent, roomId: string, seq: number, command: number, body: object): void => {
    const room = roomOf(roomId)
    last.set(room, seq)
    const crc = crc32(Buffer.from(feedFrameText(event, roomId, seq, JSON.stringify(body))).subarray(1))
    history.append({ kind: 'frame', at: now(), event, socket, user, room, seq, command, crc })
  }
  // Rooms are created during the run; the creator is the first of the users.
  client.on('chat', ({ seq, role: _, role_until: _until, role_after: _after, peer: _peer, ...chat }) => {
    if (!last.has(roomOf(chat.id))) seeFrame('create-chat', chat.id, seq, creation, { chat, user_id: chat.users[0] })
  })
  client.on('message', ({ room, seq, as_of: _, ...body }) => {
    seeFrame('new-message', room, seq, ids.commandAt(idBytes(body.id), 0), body)
  })

  const call = async (event: OperationEvent, room: number, command: number, act: () => Promise<unknown>): Promise<void> => {
    const entry = { event, socket, user, room, command, operation: next.operation() }
    history.append({ kind: 'invoked', at: now(), ...entry })
    unsettled += 1
    try {
      await act()
      history.append({ kind: 'ok', at: now(), ...entry })
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      history.append({ kind: 'failed', at: now(), code: codeNamed(error.code), ...entry })
    } finally {
      unsettled -= 1
    }
  }

  const { id: userId } = await client.ready()
  history.append({ kind: 'bound', at: now(), socket, user })
  return {
    client,
    userId,
    get unsettled() {
      return unsettled
    },
    lastOf: (room) => last.get(room) ?? 0,
    createRoom: (room, users) =>
      call('create-chat', room, creation, () => client.createChat({ name: `room ${room}`, users, id: ids.room(room) })),
    say: (room, msg) => {
      const command = next.command()
      const id = ids.command(command, now())
      return call('new-message', room, command, () => client.send(ids.room(room), { msg, id }))
    },
    [Symbol.asyncDispose]: async () => client.close(),
  }
}
