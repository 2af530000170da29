import type { Appender } from '../../shared/ports/event-store.ts'
import { appendBatch } from './append.ts'
import { readSnapshot } from './read-snapshot.ts'
import { UniqueKeyError } from './store-fault.ts'
import type { WriterConnection } from './writer-connection.ts'

/** The Appender over one connection. */
export const postgresAppender = (connection: WriterConnection): Appender => ({
  read: (wanted) => readSnapshot(connection, wanted),
  append: async (batch) => {
    try {
      return (await appendBatch(connection, batch)) ? 'appended' : 'stale'
    } catch (error) {
      if (error instanceof UniqueKeyError) return 'stale'
      throw error
    }
  },
  lost: connection.lost,
  close: connection.close,
})
