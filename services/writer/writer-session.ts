import type { Appender, EventStore } from '../../shared/ports/event-store.ts'
import type { Decide } from './decide-and-append.ts'
import { decideAndAppend } from './decide-and-append.ts'
import type { Commit, GroupCommitDeps } from './group-commit.ts'
import { createRoomMemory } from './room-memory.ts'
import { ConnectionLostError } from './store-errors.ts'

/**
 * One connection to the store, with the rooms that were read over it.
 *
 * Promises:  connects at the first commit and never reconnects: state that was
 *            read over one connection is never used for an append over another.
 *            After a loss of the connection every commit rejects with
 *            `ConnectionLostError`.
 */
export interface WriterSession {
  readonly commit: Commit
  /** Throws `ConnectionLostError` after a loss of the connection or `close`. */
  throwIfLost(): void
  /** Ends the connection without calling `onLost`. Idempotent. */
  close(): Promise<void>
}

/** The parts of a writer session. */
export interface WriterSessionDeps {
  readonly openAppender: EventStore['openAppender']
  readonly decide: Decide
  /** The maximum of rooms and memberships in the memory. */
  readonly maxMemoryEntries: number
  readonly createCommit: (attempt: GroupCommitDeps['attempt']) => Commit
  /** The connection is lost, and commits that are not acknowledged may be lost with it. */
  readonly onLost: () => void
}

export const createWriterSession = (deps: WriterSessionDeps): WriterSession => {
  const memory = createRoomMemory(deps.maxMemoryEntries)
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
      // Nothing was read over this connection, so the session may try to connect again.
      opening = undefined
      throw error
    }
  }

  const throwIfLost = (): void => {
    if (state !== 'open') throw new ConnectionLostError('the connection to the store is lost')
  }

  const commit = deps.createCommit(async (batches) => {
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
