import pg from 'pg'
import { Registry } from 'prom-client'
import { openEmbeddedAdapters as openPorts } from '../../../infra/in-process/open-embedded-adapters.ts'
import { startEmbeddedPostgres } from '../../../infra/postgres/pglite/embedded-postgres.ts'
import { createGatewayService } from '../../../services/gateway/gateway-service.ts'
import { startWriter } from '../../../services/writer/start-writer.ts'
import type { ChatClient } from '../../../shared/client/chat-client.ts'
import type { RoomMessage } from '../../../shared/client/chat-events.ts'
import { connect } from '../../../shared/client/connect.ts'
import { readConfig } from '../../../shared/runtime/config/config.ts'
import { createLogger } from '../../../shared/runtime/observability/logger.ts'
import { createMetrics } from '../../../shared/runtime/observability/metrics.ts'
import type { FeedFrame } from '../../support/client/chat-socket.ts'
import { isFeedFrame, openSocket } from '../../support/client/chat-socket.ts'
import { freshName, personOn } from '../../support/client/person.ts'
import { until } from '../../support/poll.ts'

/** Writer, gateway and adapters in this process, so that a test can put events into their table. */
const startServices = async (folder: string) => {
  const log = createLogger({ level: 'error', name: 'test', write: (line) => process.stderr.write(line) })
  const ends: (() => Promise<unknown>)[] = []
  const life = { add: (_: string, end: () => Promise<unknown>) => ends.unshift(end), fatal: () => undefined }
  const service = { log, life: life as never, metrics: createMetrics(new Registry()), onScrape: () => undefined }
  const config = readConfig({ HOST: '127.0.0.1', PORT: '0', INTERNAL_PORT: '0', DATA_DIR: folder })
  const embedded = await startEmbeddedPostgres({ dataDir: folder, log })
  ends.push(embedded.stop)
  const ports = await openPorts(config, embedded.url, service)
  await startWriter(config, { ...ports, eventStream: undefined }, service)
  const bounds = { ...config.bounds, databasePool: 1 }
  const gateway = createGatewayService({ ...config, bounds }, { ...ports, rateLimitStore: undefined }, service)
  life.add('gateway', gateway.drain)
  const { port } = await gateway.start()
  const stop = async (): Promise<void> => {
    for (const end of ends) await end()
  }
  return { url: `127.0.0.1:${port}`, databaseUrl: embedded.url, stop }
}

/** A client of the SDK, with its events and the frames of its socket. */
const sdkOn = async (url: string, name: string) => {
  const client: ChatClient = connect(`ws://${url}/ws`, { user: { externalUserId: name } })
  const messages: RoomMessage[] = []
  const feed: FeedFrame[] = []
  let resumes = 0
  client.on('message', (message) => messages.push(message))
  client.on('frame', ({ direction, text }) => {
    const frame = JSON.parse(text) as FeedFrame
    if (direction === 'out') resumes += frame.event === 'resume' ? 1 : 0
    else if (isFeedFrame(frame)) feed.push(frame)
  })
  const { id } = await client.ready()
  return {
    client,
    name,
    id,
    messages,
    get resumes() {
      return resumes
    },
    /** Resolves when the socket has received the room up to this seq. */
    feedTo: async (seq: number): Promise<readonly FeedFrame[]> => {
      await until(`seq ${seq}`, () => feed.some((frame) => frame.seq === seq))
      return feed
    },
  }
}

/** A chat of Ann, on a plain socket, and Bob, on the SDK, in one room. */
export const startOwnChat = async (folder: string) => {
  const { url, databaseUrl, stop } = await startServices(folder)
  const ann = await personOn(`ws://${url}/ws`, freshName('ann'))
  const bob = await sdkOn(url, freshName('bob'))
  const { room: chatRoom } = await ann.createChat('room', [bob.id])
  return {
    ann,
    bob,
    chatRoom,
    /** A request over HTTP. */
    ask: async (event: string, as: string, more: object): Promise<unknown> => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`http://${url}/api/v1/${event}`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ as, ...more }),
      })
      if (!response.ok) throw new Error(`${event}: ${response.status} ${await response.text()}`)
      return response.json()
    },
    /** The feed frames of a new socket that resumes after this seq. */
    resumed: async (name: string, room: string, after: number): Promise<readonly FeedFrame[]> => {
      await using socket = await openSocket(`ws://${url}/ws`)
      await socket.request('create-user', { user: { externalUserId: name }, resume: { rooms: { [room]: after } } })
      await socket.seen('the answer to the resume', ({ event }) => event === 'resume')
      return socket.feed(room)
    },
    /** Name and membership of each event of a room, as they are stored. */
    storedNames: async (room: string): Promise<readonly (readonly [string, string | null])[]> => {
      const database = new pg.Client({ connectionString: databaseUrl })
      await database.connect()
      try {
        const text = 'select name, membership from event where stream = $1 order by seq'
        const { rows } = await database.query<{ name: string; membership: string | null }>(text, [room])
        return rows.map(({ name, membership }) => [name, membership] as const)
      } finally {
        await database.end()
      }
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      bob.client.close()
      await ann[Symbol.asyncDispose]()
      await stop()
    },
  }
}
