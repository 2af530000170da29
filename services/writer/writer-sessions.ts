import type { Consumption } from '../../shared/ports/command-log.ts'
import type { WriterLog } from './writer-log.ts'
import type { WriterSession, WriterSessionDeps } from './writer-session.ts'
import { createWriterSession } from './writer-session.ts'

/** The current session; a new one replaces it after each loss of the connection. */
export interface WriterSessions {
  readonly current: WriterSession
  close(): Promise<void>
}

/** The parts of the sessions, and how consuming restarts. */
export interface WriterSessionsDeps extends Omit<WriterSessionDeps, 'onLost'> {
  /** Resolves when consuming has begun. */
  readonly consumption: Promise<Pick<Consumption, 'rewind'>>
  /** Abandons the records that wait for the event stream; called before consuming is rewound. */
  readonly dropQueuedEffects: () => void
  /** Consuming cannot be rewound, so the writer must stop. */
  readonly onFailure: (error: unknown) => void
  readonly log: WriterLog
}

/**
 * Restarts from the acknowledged offsets after a loss of the connection, because
 * a failover of the database may have lost commits.
 *
 * Promises:  consuming is rewound before the next session is used: a batch that
 *            was delivered before is never committed in a later session.
 */
export const createWriterSessions = (deps: WriterSessionsDeps): WriterSessions => {
  const { consumption, dropQueuedEffects, onFailure, log } = deps
  let isClosed = false

  const restart = async (): Promise<void> => {
    log.warn({}, 'event store connection lost, restarting from the acknowledged offsets')
    dropQueuedEffects()
    const { rewind } = await consumption
    if (isClosed) return
    const rewinding = rewind()
    current = open()
    await rewinding
  }

  const open = (): WriterSession => createWriterSession({ ...deps, onLost: () => void restart().catch(onFailure) })

  let current = open()
  return {
    get current() {
      return current
    },
    close: async () => {
      isClosed = true
      await current.close()
    },
  }
}
