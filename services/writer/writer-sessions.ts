import type { Consumption } from '../../shared/ports/command-log.ts'
import type { WriterLog } from './writer-log.ts'
import type { WriterSession, WriterSessionDeps } from './writer-session.ts'
import { createWriterSession } from './writer-session.ts'

/** The session in use. Replaced after each loss of the connection. */
export interface WriterSessions {
  readonly current: WriterSession
  close(): Promise<void>
}

export interface WriterSessionsDeps extends Omit<WriterSessionDeps, 'onLost'> {
  /** Resolves when consuming has begun. */
  readonly consumption: Promise<Pick<Consumption, 'rewind'>>
  /** Drops what is under way beside the store, before consuming is rewound. */
  readonly dropEffects: () => void
  /** Consuming cannot be rewound: the writer cannot go on. */
  readonly onFailure: (error: unknown) => void
  readonly log: WriterLog
}

/**
 * Begins again after a loss of the connection: a fail-over of the database may
 * have lost commits, so nothing counts but what is acknowledged.
 *
 * Promises:  consuming is rewound before the next session is in use: a batch
 *            that was delivered before is never committed in a later session.
 */
export const createWriterSessions = (deps: WriterSessionsDeps): WriterSessions => {
  const { consumption, dropEffects, onFailure, log } = deps
  let isClosed = false

  const beginAgain = async (): Promise<void> => {
    log.warn({}, 'connection to the event store lost, starting again at the acknowledged offsets')
    dropEffects()
    const { rewind } = await consumption
    if (isClosed) return
    const rewinding = rewind()
    current = open()
    await rewinding
  }

  const open = (): WriterSession => createWriterSession({ ...deps, onLost: () => void beginAgain().catch(onFailure) })

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
