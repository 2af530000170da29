import type { Appender } from '../../../shared/ports/event-store.ts'
import { UniqueKeyError } from '../connection/store-error.ts'
import type { WriterConnection } from '../connection/writer-connection.ts'
import { appendBatch } from './append.ts'
import { readSnapshot } from './read-snapshot.ts'

/** The Appender on one connection. `keepsDeleted`: appends keep the content of deleted messages in a table of its own. */
export const postgresAppender = (connection: WriterConnection, keepsDeleted: boolean): Appender => ({
  read: (wanted) => readSnapshot(connection, wanted),
  append: async (batch) => {
    try {
      return (await appendBatch(connection, batch, keepsDeleted)) ? 'appended' : 'stale'
    } catch (error) {
      if (error instanceof UniqueKeyError) return 'stale'
      throw error
    }
  },
  lost: connection.lost,
  close: connection.close,
})
