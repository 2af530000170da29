/** `npm run show:pipelining`: messages a second from one client into one room, one at a time and pipelined, embedded and on the stack. */
import { connect } from '../../shared/client/connect.ts'
import type { Socket, SocketConstructor } from '../../shared/client/socket.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { startStack } from '../support/stack/start-stack.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const messages = Number(process.argv[2] ?? 2_000)
const maxQueued = 500

const own = WebSocket as unknown as SocketConstructor

/** A WebSocket that hides the feature level of the service, so that the client does not pipeline. */
class LevelOneSocket implements Socket {
  readonly #socket: Socket

  constructor(url: string, protocols: string[]) {
    this.#socket = new own(url, protocols)
  }

  send(text: string): void {
    this.#socket.send(text)
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason)
  }

  readonly addEventListener: Socket['addEventListener'] = (type: string, listener: (event: never) => void): void => {
    const hide = ({ data }: { readonly data: unknown }): void =>
      listener({ data: String(data).replace(/,"level":\d+/, '') } as never)
    this.#socket.addEventListener(type as 'message', (type === 'message' ? hide : listener) as typeof hide)
  }
}

const measure = async (url: string, WebSocket: SocketConstructor): Promise<{ perSecond: number; isInOrder: boolean }> => {
  const client = connect(url, { user: { externalUserId: crypto.randomUUID() }, WebSocket, maxQueued })
  const me = await client.ready()
  const { id } = await client.createChat({ name: 'pipelining', users: [me.id] })
  const received: string[] = []
  client.on('message', ({ msg }) => received.push(msg))
  const startedMs = performance.now()
  const waiting = new Set<Promise<unknown>>()
  for (let n = 0; n < messages; n += 1) {
    const sent: Promise<unknown> = client.send(id, String(n)).finally(() => waiting.delete(sent))
    waiting.add(sent)
    if (waiting.size === maxQueued) await Promise.race(waiting)
  }
  await Promise.all(waiting)
  const seconds = (performance.now() - startedMs) / 1_000
  client.close()
  return {
    perSecond: messages / seconds,
    isInOrder: received.every((msg, n) => msg === String(n)) && received.length === messages,
  }
}

const compare = async (name: string, url: string): Promise<void> => {
  for (const [how, Socket] of [
    ['one at a time', LevelOneSocket],
    ['pipelined', own],
  ] as const) {
    const { perSecond, isInOrder } = await measure(url, Socket)
    print(
      `  ${name.padEnd(10)}${how.padEnd(15)}${perSecond.toFixed(0).padStart(6)} messages/s, ${isInOrder ? 'in order' : 'NOT IN ORDER'}`,
    )
    if (!isInOrder) process.exitCode = 1
  }
}

{
  await using embedded = await startEmbedded()
  await compare('embedded', embedded.url)
}
await using stack = await startStack()
await using chat = await startChat(stack, { gateways: 1, writers: 1 })
for (const gateway of chat.gateways) await compare('stack', gateway.url)
