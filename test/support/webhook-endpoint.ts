import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request that the endpoint has received. */
export interface ReceivedWebhook {
  readonly room: string
  readonly seq: number
  readonly event: string
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
  readonly atMs: number
  /** The time of arrival, in milliseconds since the epoch. */
  readonly wallMs: number
  /** The status of the answer; undefined: it is pending, or there was none. */
  status: number | undefined
}

/** The answer to a request: a status with headers. */
export interface EndpointAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Answers a request; `hang` gives no answer. */
export type AnswerWebhook = (received: ReceivedWebhook) => EndpointAnswer | 'hang' | Promise<EndpointAnswer | 'hang'>

export interface WebhookEndpoint extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Number of connections that were accepted. */
  readonly connections: number
  /** All requests, in the order received. */
  readonly received: readonly ReceivedWebhook[]
  /** The largest number of concurrent requests of one room. */
  readonly mostOfOneRoom: number
}

export const accepted: EndpointAnswer = { status: 204 }

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** An endpoint for webhooks on loopback. */
export const startWebhookEndpoint = async (answer: AnswerWebhook = () => accepted, port = 0): Promise<WebhookEndpoint> => {
  const received: ReceivedWebhook[] = []
  const open = new Map<string, number>()
  let mostOfOneRoom = 0

  const receive = async (request: IncomingMessage): Promise<{ webhook: ReceivedWebhook; answer: EndpointAnswer | 'hang' }> => {
    const body = await text(request)
    const { room, seq, event } = JSON.parse(body) as ReceivedWebhook
    const webhook: ReceivedWebhook = {
      room,
      seq,
      event,
      text: body,
      headers: headersOf(request),
      atMs: performance.now(),
      wallMs: Date.now(),
      status: undefined,
    }
    received.push(webhook)
    const concurrent = (open.get(room) ?? 0) + 1
    open.set(room, concurrent)
    mostOfOneRoom = Math.max(mostOfOneRoom, concurrent)
    const given = await answer(webhook)
    open.set(room, (open.get(room) ?? 1) - 1)
    return { webhook, answer: given }
  }

  const server = createServer((request, response) => {
    receive(request).then(
      ({ webhook, answer: given }) => {
        if (given === 'hang') return
        webhook.status = given.status
        response.writeHead(given.status, given.headers).end(given.body)
      },
      () => response.destroy(),
    )
  })
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  const { port: listening } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${listening}/hook`,
    port: listening,
    received,
    get connections() {
      return connections
    },
    get mostOfOneRoom() {
      return mostOfOneRoom
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** The seqs of a room that the endpoint has accepted, first occurrences only, in their order. */
export const acceptedSeqs = ({ received }: Pick<WebhookEndpoint, 'received'>, wanted: string): readonly number[] => [
  ...new Set(received.filter(({ room, status }) => room === wanted && status === 204).map(({ seq }) => seq)),
]
