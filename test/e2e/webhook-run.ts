import { Webhook } from 'standardwebhooks'
import type { StoredEvent } from '../../shared/ports/event-store.ts'
import { openMigrated } from '../contract/postgres/open-postgres.ts'
import { withSession } from '../contract/postgres/session.ts'
import { webhookProblems } from '../support/checker/webhook-problems.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import type { Replica } from '../support/stack/replica.ts'
import { startService } from '../support/stack/replica.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import type { EndpointAnswer, ReceivedWebhook, WebhookEndpoint } from '../support/webhook-endpoint.ts'
import { accepted, startWebhookEndpoint } from '../support/webhook-endpoint.ts'

/** The rooms of a run whose endpoint misbehaves; all others are `others`. */
export interface RunRooms {
  readonly down: string
  readonly slow: string
  readonly refused: string
  readonly others: readonly string[]
}

/** A chat with rooms, an endpoint whose answers depend on the room, and relays. */
export interface WebhookRun extends AsyncDisposable {
  readonly endpoint: WebhookEndpoint
  readonly rooms: RunRooms
  /** Whether the endpoint of the room `down` answers 503. */
  setDown(isDown: boolean): void
  startRelay(): Promise<Replica>
  /** Posts a message to each room in turn until the signal is aborted; resolves with the number of messages. */
  post(signal: AbortSignal): Promise<number>
  /** Resolves when every event was accepted or is a dead letter. */
  settled(withinMs: number): Promise<void>
  /** The violations of the promises, and requests whose signature is wrong. */
  problems(): Promise<readonly string[]>
}

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const slowMs = 1_500
const pauseMs = 15

const createRooms = async (ann: Person, count: number): Promise<RunRooms> => {
  const rooms: string[] = []
  for (let index = 0; index < count; index += 1) rooms.push((await ann.createChat(`room ${index}`, [])).room)
  const [down = '', slow = '', refused = '', ...others] = rooms
  return { down, slow, refused, others }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The stored events of the rooms, and the dead letters. */
const readTruth = async (databaseUrl: string, rooms: readonly string[]) => {
  const database = await openMigrated(databaseUrl)
  const stored = new Map<string, readonly StoredEvent[]>()
  for (const room of rooms) {
    const events: StoredEvent[] = []
    for (let after = 0; ; after = events.length) {
      const [page] = await database.eventStore.readPages([{ room, after, limit: 1_000, users: [] }])
      if (page === undefined || page.events.length === 0) break
      events.push(...page.events)
    }
    stored.set(room, events)
  }
  await database.close()
  const deadLetters = await withSession(databaseUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(`select room || ':' || seq as name from relay_dead_letter`)
    return new Set(rows.map(({ name }) => name))
  })
  return { stored, deadLetters }
}

const signatureProblems = (received: readonly ReceivedWebhook[]): readonly string[] => {
  const webhook = new Webhook(secret)
  return received.flatMap(({ text, headers, room, seq }) => {
    try {
      webhook.verify(text, headers)
      return headers['webhook-id'] === `${room}:${seq}` ? [] : [`${room}:${seq} has another id`]
    } catch (error) {
      return [`${room}:${seq}: ${String(error)}`]
    }
  })
}

/** Creates the rooms and the endpoint; relays are started by the caller. */
export const startWebhookRun = async (chat: Chat, roomCount: number): Promise<WebhookRun> => {
  const ann = await personOn(chat.gateways[0]?.url ?? '', freshName('ann'))
  const rooms = await createRooms(ann, roomCount)
  const all = [rooms.down, rooms.slow, rooms.refused, ...rooms.others]
  let isDown = false
  const answer = async ({ room, event }: ReceivedWebhook): Promise<EndpointAnswer> => {
    if (room === rooms.slow) await sleep(slowMs)
    if (room === rooms.down && isDown) return { status: 503 }
    return room === rooms.refused && event === 'new-message' ? { status: 400 } : accepted
  }
  const endpoint = await startWebhookEndpoint(answer)
  let relays = 0
  return {
    endpoint,
    rooms,
    setDown: (down) => {
      isDown = down
    },
    startRelay: () => {
      relays += 1
      const env = {
        ...chat.environment('relay'),
        RELAY_SINK: 'webhook',
        WEBHOOK_URL: endpoint.url,
        WEBHOOK_SECRETS: secret,
        WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
        WEBHOOK_RETRY_MOST_MS: '5000',
        // The rooms that a killed relay has claimed continue after 5 s and twice this.
        WEBHOOK_MS: '3000',
      }
      return startService(`relay-${relays}`, { entry: 'services/relay/main.ts', env })
    },
    post: async (signal) => {
      let posted = 0
      for (let turn = 0; !signal.aborted; turn += 1) {
        const room = all[turn % all.length] ?? ''
        // The slow endpoint accepts no more than one event in 1.5 s.
        if (room !== rooms.slow || turn % (6 * all.length) < all.length) {
          await ann.say(room, `message ${turn}`)
          posted += 1
        }
        await sleep(pauseMs)
      }
      return posted
    },
    settled: async (withinMs) => {
      const { stored } = await readTruth(chat.databaseUrl, all)
      const done = async () => {
        const { deadLetters } = await readTruth(chat.databaseUrl, [])
        const acceptedNames = new Set(
          endpoint.received.filter(({ status }) => status === 204).map(({ room, seq }) => `${room}:${seq}`),
        )
        return [...stored.values()].flat().every(({ stream, seq }) => {
          const name = `${stream}:${seq}`
          return acceptedNames.has(name) || deadLetters.has(name)
        })
      }
      await until('every event to be accepted or dead', done, { withinMs, everyMs: 500 })
    },
    problems: async () => [
      ...webhookProblems({ received: endpoint.received, ...(await readTruth(chat.databaseUrl, all)) }),
      ...signatureProblems(endpoint.received),
    ],
    [Symbol.asyncDispose]: async () => {
      await ann[Symbol.asyncDispose]()
      await endpoint[Symbol.asyncDispose]()
    },
  }
}

/** The times from the storing of each message to the arrival of its first request, in milliseconds, of these rooms. */
export const webhookLatencies = ({ endpoint }: WebhookRun, rooms: readonly string[], sinceMs: number): readonly number[] => {
  const firsts = new Map<string, number>()
  for (const { room, seq, text, wallMs } of endpoint.received) {
    const { created_at: createdAt = '' } = (JSON.parse(text) as { readonly body: { readonly created_at?: string } }).body
    const createdMs = Date.parse(createdAt)
    const name = `${room}:${seq}`
    if (rooms.includes(room) && createdMs >= sinceMs && !firsts.has(name)) firsts.set(name, wallMs - createdMs)
  }
  return [...firsts.values()].toSorted((one, other) => one - other)
}

/** The value below which this share of the sorted values lies. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
