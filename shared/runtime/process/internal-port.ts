import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { Registry } from 'prom-client'
import { listen } from './listen.ts'

/** The state of the process; only in `ready` it accepts traffic. `overloaded`: another process of the same kind should get new traffic. */
export type ReadyState = 'starting' | 'ready' | 'draining' | 'overloaded'

/** The answer of `/readyz`. */
export interface ProcessReadiness {
  readonly state: ReadyState
  /** Numbers and states; the endpoint has no authentication, so no addresses and no secrets. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** Options of the internal port. */
export interface InternalPortOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly registry: Registry
  readonly readiness: () => ProcessReadiness
  /** Called before each scrape, to update gauges. */
  readonly refresh?: () => void
  /** The longest time that `/startupz` waits for the start; `startupAnswerMs` if absent. */
  readonly startupMs?: number
}

/** The HTTP server for probes and metrics, which only the platform should reach. */
export interface InternalPort {
  /** Resolves with the port when the server listens. Rejects with `StartError`. */
  start(): Promise<{ readonly port: number }>
  /** Idempotent. */
  stop(): Promise<void>
}

interface InternalResponse {
  readonly status: number
  readonly type: string
  readonly body: string
}

const requestMs = 10_000

/** The longest time that `/startupz` waits for the start before it answers 503. */
export const startupAnswerMs = 8_000
const startupPollMs = 50

const json = (status: number, body: unknown): InternalResponse => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(body)}\n`,
})

/**
 * `/livez`: the process runs, independent of its dependencies, so that the
 * platform restarts it only when that helps. `/startupz`: the process has
 * started; it waits for the start, because Kubernetes reports each 503 as a
 * warning event. `/readyz`: it accepts traffic. `/metrics`: Prometheus text.
 */
export const createInternalPort = (options: InternalPortOptions): InternalPort => {
  const { host, port, registry, readiness, refresh, startupMs = startupAnswerMs } = options
  let isStopping = false
  const paths: Readonly<Record<string, () => InternalResponse | Promise<InternalResponse>>> = {
    '/livez': () => json(200, { state: 'alive' }),
    '/readyz': () => {
      const { state, details } = readiness()
      return json(state === 'ready' ? 200 : 503, { state, ...details })
    },
    '/startupz': async () => {
      const endMs = performance.now() + startupMs
      while (readiness().state === 'starting' && performance.now() < endMs && !isStopping) await setTimeout(startupPollMs)
      const { state } = readiness()
      return json(state === 'starting' ? 503 : 200, { state })
    },
    '/metrics': async () => {
      refresh?.()
      return { status: 200, type: registry.contentType, body: await registry.metrics() }
    },
  }

  const answerTo = async ({ method, url }: IncomingMessage): Promise<InternalResponse> => {
    const path = (url ?? '').split('?', 1)[0] ?? ''
    const isRead = method === 'GET' || method === 'HEAD'
    const found = isRead && Object.hasOwn(paths, path) ? paths[path] : undefined
    return found === undefined ? json(404, { error: 'not found' }) : found()
  }

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, type, body } = await answerTo(request).catch(() => json(500, { error: 'internal' }))
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  const server = createServer({ headersTimeout: requestMs, requestTimeout: requestMs }, (request, response) => {
    void respond(request, response)
  })

  let stopped: Promise<void> | undefined
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })

  return {
    start: () => listen(server, host, port, 'INTERNAL_PORT'),
    stop: () => {
      isStopping = true
      stopped ??= close()
      return stopped
    },
  }
}
