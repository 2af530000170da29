import type { Appender, EventStore } from '../../shared/ports/event-store.ts'
import type { Attempt, Batch, Decide } from './decide-and-append.ts'
import { decideAndAppend } from './decide-and-append.ts'
import type { Commit } from './group-commit.ts'
import { createRoomMemory } from './room-memory.ts'
import { ConnectionLostError } from './store-errors.ts'

/**
 * One connection to the store, and everything that was decided over it.
 *
 * Promises:  connects when first needed, and never again: what was read over
 *            one connection is never appended over another. Once the
 *            connection is lost, every commit rejects with `ConnectionLostError`.
 */
export interface WriterSession {
  readonly commit: Commit
  /** Throws `ConnectionLostError` when the session is over. */
  throwIfLost(): void
  /** Ends the connection without reporting a loss. Idempotent. */
  close(): Promise<void>
}

export interface WriterSessionDeps {
  readonly openAppender: EventStore['openAppender']
  readonly decide: Decide
  readonly maxEntries: number
  readonly grouped: (attempt: (batches: readonly Batch[]) => Promise<Attempt>) => Commit
  /** The connection is lost: nothing that was decided over it counts any more, unless it is acknowledged. */
  readonly onLost: () => void
}

export const createWriterSession = (deps: WriterSessionDeps): WriterSession => {
  const memory = createRoomMemory(deps.maxEntries)
  let opening: Promise<Appender> | undefined
  let state: 'open' | 'lost' | 'closed' = 'open'

  const onLost = (): void => {
    if (state !== 'open') return
    state = 'lost'
    deps.onLost()
  }

  const open = async (): Promise<Appender> => {
    try {
      const appender = await deps.openAppender()
      void appender.lost.then(onLost)
      return appender
    } catch (error) {
      // Nothing was read: a later attempt to connect decides from nothing older.
      opening = undefined
      throw error
    }
  }

  const throwIfLost = (): void => {
    if (state !== 'open') throw new ConnectionLostError('the connection to the store is lost')
  }

  const commit = deps.grouped(async (batches) => {
    throwIfLost()
    opening ??= open()
    const appender = await opening
    return decideAndAppend({ appender, memory, decide: deps.decide }, batches)
  })

  return {
    commit: async (commands) => {
      throwIfLost()
      return commit(commands)
    },
    throwIfLost,
    close: async () => {
      state = 'closed'
      const appender = await opening?.catch(() => undefined)
      await appender?.close()
    },
  }
}
