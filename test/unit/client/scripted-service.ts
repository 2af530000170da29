import { deepStrictEqual } from 'node:assert/strict'
import type { ChatClient, ConnectOptions } from '../../../shared/client/chat-client.ts'
import type { ChatEvents } from '../../../shared/client/chat-events.ts'
import { connect } from '../../../shared/client/connect.ts'
import type { SocketConstructor } from '../../../shared/client/socket.ts'
import { seededRandom } from '../../support/simulation/random.ts'
import type { VirtualClock } from '../simulation/virtual-clock.ts'
import { virtualClock } from '../simulation/virtual-clock.ts'

export interface SentFrame {
  readonly event: string
  readonly id: string
  readonly room?: string
  readonly after?: string
  readonly body: Readonly<Record<string, unknown>>
}

interface SocketEvent {
  readonly data: unknown
  readonly error?: unknown
  readonly code: number
  readonly reason: string
}

const bare = { data: undefined, code: 0, reason: '' }

/** A WebSocket whose server side is controlled by the test. */
export class ScriptedSocket {
  readonly url: string
  readonly protocols: readonly string[]
  readonly sent: SentFrame[] = []
  closedByClient: number | undefined
  readonly #listeners = new Map<string, ((event: SocketEvent) => void)[]>()

  constructor(url: string, protocols: readonly string[]) {
    this.url = url
    this.protocols = protocols
  }

  addEventListener(type: string, listener: (event: SocketEvent) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as SentFrame)
  }
  close(code?: number): void {
    this.closedByClient = code
  }

  open(): void {
    this.#dispatch('open', bare)
  }
  deliver(frame: object): void {
    this.deliverText(JSON.stringify(frame))
  }
  deliverText(data: unknown): void {
    this.#dispatch('message', { ...bare, data })
  }
  /** Dispatches the error event that precedes the close. */
  fail(error: Error): void {
    this.#dispatch('error', { ...bare, error })
  }
  drop(code = 1006, reason = ''): void {
    this.#dispatch('close', { ...bare, code, reason })
  }

  /** Removes and returns the oldest request with this event name. */
  take(event: string): SentFrame {
    const index = this.sent.findIndex((frame) => frame.event === event)
    const [frame] = index < 0 ? [] : this.sent.splice(index, 1)
    if (frame === undefined) throw new Error(`no ${event} was sent, only ${this.sent.map((sent) => sent.event).join(', ')}`)
    return frame
  }
  answer({ event, id }: SentFrame, body: object): void {
    this.deliver({ event, id, body })
  }
  refuse({ event, id }: SentFrame, code: string, more: object = {}): void {
    this.deliver({ event, id, error: { code, message: `${code} for the test`, retryable: false, ...more } })
  }

  #dispatch(type: string, event: SocketEvent): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event)
  }
}

export interface Binding {
  readonly rooms?: Readonly<Record<string, object>>
  readonly others?: Readonly<Record<string, number>>
  readonly epoch?: string
  /** The feature level of the service. */
  readonly level?: number
  /** The events that the service accepts. */
  readonly features?: readonly string[]
  /** The unread messages of rooms in the answer to the resume. */
  readonly unread?: Readonly<Record<string, object>>
  /** More fields of each chat in the list of chats. */
  readonly listed?: object
  /** How far the clock of the device is ahead of the clock of the service. */
  readonly deviceAheadMs?: number
  /** The answer to the `ping` that reads the service's clock. */
  readonly ping?: 'answered' | 'refused'
}

type ReceivedEvent = { readonly [Name in keyof ChatEvents]: readonly [Name, ChatEvents[Name]] }[keyof ChatEvents]

/** A client, its virtual clock, and every socket that it opens. */
export interface Script {
  readonly client: ChatClient
  readonly clock: VirtualClock
  readonly sockets: readonly ScriptedSocket[]
  /** The events that the application received, without `frame` and `state`. */
  readonly events: ReceivedEvent[]
  readonly states: ChatEvents['state'][]
  /** The newest socket. */
  last(): ScriptedSocket
  /** Opens the newest socket and answers its `create-user` and its resume. Returns that request. */
  bind(binding?: Binding): Promise<SentFrame>
  /** Binds the client with these rooms, expects a `chat` event for each, and clears the recorded events. */
  joined(rooms: Readonly<Record<string, number>>, binding?: Binding): Promise<ScriptedSocket>
}

export const me = '00000000-0000-7000-8000-00000000000a'
export const bob = '00000000-0000-7000-8000-00000000000b'
export const roomOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
export const room = roomOf(1)

const at = '2026-11-24T15:45:02.000Z'
export const userBody = { user: { id: me, externalUserId: 'ann', created_at: at, modified_at: at } }
export const chatOf = (id: string, users: readonly string[] = [me, bob]) => ({
  id,
  name: `chat ${id.slice(-3)}`,
  users,
  created_at: at,
  modified_at: at,
})
export const messageBody = (n: number, user = bob) => ({
  id: roomOf(900_000 + n),
  msg: `message ${n}`,
  type: 'text',
  user_id: user,
  created_at: at,
  modified_at: at,
})
export const messageFrame = (seq: number, inRoom = room, user = bob) => ({
  event: 'new-message',
  room: inRoom,
  seq,
  body: messageBody(seq, user),
})
export const membersFrame = (event: 'add-users' | 'remove-users', seq: number, users: readonly string[], inRoom = room) => ({
  event,
  room: inRoom,
  seq,
  body: { id: roomOf(800_000 + seq), chat: { id: inRoom, name: 'x' }, users, user_id: bob, created_at: at },
})
export const createdFrame = (inRoom = room) => ({
  event: 'create-chat',
  room: inRoom,
  seq: 1,
  body: { chat: chatOf(inRoom), user_id: bob },
})

/** A client whose clock and server are controlled by the test. */
export const script = (options: ConnectOptions = {}, address = 'ws://chat.test/ws'): Script => {
  const clock = virtualClock(seededRandom(1))
  const sockets: ScriptedSocket[] = []
  const WebSocket: SocketConstructor = class extends ScriptedSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols)
      sockets.push(this)
    }
  }
  const client = connect(address, {
    user: { externalUserId: 'ann' },
    WebSocket,
    clock,
    random: () => 0.5,
    fetch: () => Promise.reject(new Error('this test has no HTTP')),
    ...options,
  })
  const events: ReceivedEvent[] = []
  const states: ChatEvents['state'][] = []
  for (const name of ['chat', 'message', 'members', 'left', 'reset'] as const)
    client.on(name, (event) => events.push([name, event] as unknown as ReceivedEvent))
  client.on('state', (state) => states.push(state))

  const last = (): ScriptedSocket => {
    const socket = sockets.at(-1)
    if (socket === undefined) throw new Error('no socket was opened')
    return socket
  }
  /** Answers the `ping` that a client with a token sends once it is bound. */
  const answerPing = ({ deviceAheadMs = 0, ping = 'answered' }: Binding): void => {
    if (!last().sent.some(({ event }) => event === 'ping')) return
    const request = last().take('ping')
    if (ping === 'refused') last().refuse(request, 'rate_limited', { retryable: true })
    else last().answer(request, { now: new Date(clock.nowMs() - deviceAheadMs).toISOString() })
  }
  const bind = async (binding: Binding = {}): Promise<SentFrame> => {
    const { rooms = {}, others = {}, epoch = 'e1', level, features, unread } = binding
    await clock.run(0)
    last().open()
    const request = last().take('create-user')
    last().answer(request, { ...userBody, level, features })
    answerPing(binding)
    last().deliver({ event: 'resume', id: request.id, body: { rooms, others, unread, epoch } })
    await clock.run(0)
    return request
  }

  return {
    client,
    clock,
    sockets,
    events,
    states,
    last,
    bind,
    joined: async (rooms, binding) => {
      await bind({ ...binding, others: rooms })
      const names = Object.keys(rooms)
      if (names.length > 0)
        last().answer(last().take('list-chats'), {
          chats: names.map((name) => ({ ...chatOf(name), seq: 99, ...binding?.listed })),
        })
      await clock.run(0)
      deepStrictEqual(
        events,
        names.map((name) => ['chat', { ...chatOf(name), seq: rooms[name] }]),
      )
      events.length = 0
      return last()
    },
  }
}
