import { createHash } from 'node:crypto'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import type { WebhookDeps } from './webhook-deps.ts'

/** Whether the endpoint still wants events: the status 410 ends the subscription of its URL for ever. */
export interface WebhookSubscription {
  /** Aborted when the subscription has ended. */
  readonly ended: AbortSignal
  /** Reads whether it has ended before. */
  load(): Promise<void>
  /** Stores the end; resolves when it is durable. */
  end(): Promise<void>
}

const warn = (log: Log): void =>
  log.error({}, 'the endpoint has ended its subscription (410): no further event is sent to this URL')

export const createSubscription = ({ target, parkedRooms, log }: WebhookDeps): WebhookSubscription => {
  // The URL may contain a secret.
  const endpoint = createHash('sha256').update(target.url).digest('hex')
  const ending = new AbortController()
  const onEnded = (): void => {
    if (!ending.signal.aborted) warn(log)
    ending.abort()
  }
  return {
    ended: ending.signal,
    load: async () => {
      if (await parkedRooms.hasEnded(endpoint)) onEnded()
    },
    end: async () => {
      await parkedRooms.end(endpoint)
      onEnded()
    },
  }
}
