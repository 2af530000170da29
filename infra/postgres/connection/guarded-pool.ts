import type { Pool, PoolClient } from 'pg'
import { answerInTime } from './answer-in-time.ts'
import type { DatabaseSession, Statement } from './statement.ts'
import { toStoreError } from './store-error.ts'

/** A pool as one session for single statements, and with transactions. */
export interface GuardedPool extends DatabaseSession {
  /** Commits when `work` resolves; rolls back when it rejects, and rejects with the same error. */
  transaction<T>(work: (session: DatabaseSession) => Promise<T>): Promise<T>
}

/** Options of a guarded pool. */
export interface GuardOptions {
  /** Without an answer to a statement for this long, its connection is destroyed. */
  readonly answerMs: number
  /** Whether statements are prepared by name; false where all clients share one session. */
  readonly isNaming: boolean
}

const begin: Statement = { name: 'begin', text: 'begin isolation level read committed' }
const commit: Statement = { name: 'commit', text: 'commit' }
const rollback: Statement = { name: 'rollback', text: 'rollback' }

/**
 * A pool whose calls always settle.
 *
 * Promises:  a connection that does not answer in time is destroyed, which also
 *            releases its locks on the server.
 * Does not:  report whether an interrupted commit took place.
 */
export const guardedPool = (pool: Pool, options: GuardOptions): GuardedPool => {
  const silent = new WeakSet<PoolClient>()

  const acquire = async (): Promise<PoolClient> => {
    try {
      return await pool.connect()
    } catch (error) {
      throw toStoreError(error)
    }
  }

  /** `release(true)` destroys a client with an unanswered statement, including its socket. */
  const giveBack = (client: PoolClient): void => client.release(silent.has(client))

  const run = async <Row>(client: PoolClient, statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> => {
    const { name, text } = statement
    const asked = client.query<Row & object>({ text, values: [...values], ...(options.isNaming ? { name } : {}) })
    try {
      return (await answerInTime(asked, options.answerMs, () => silent.add(client))).rows
    } catch (error) {
      throw toStoreError(error)
    }
  }

  const sessionOn = (client: PoolClient): DatabaseSession => ({
    run: (statement, values = []) => run(client, statement, values),
  })

  const undo = async (client: PoolClient): Promise<void> => {
    if (silent.has(client)) return
    // A connection that cannot roll back must not return to the pool.
    await run(client, rollback, []).catch(() => silent.add(client))
  }

  return {
    run: async (statement, values = []) => {
      const client = await acquire()
      try {
        return await run(client, statement, values)
      } finally {
        giveBack(client)
      }
    },
    transaction: async (work) => {
      const client = await acquire()
      try {
        await run(client, begin, [])
        const result = await work(sessionOn(client))
        await run(client, commit, [])
        return result
      } catch (error) {
        await undo(client)
        throw error
      } finally {
        giveBack(client)
      }
    },
  }
}
