import type { Bounds } from '../../../shared/runtime/config/bounds.ts'

/** What reads of lists may use at once. */
export interface ReadShare {
  /** Reads under way, each of which holds one database connection. */
  readonly reads: number
  /** Bytes of their answers, under way or not taken by their sockets yet. */
  readonly bytes: number
}

/**
 * Reads of lists get half of the database pool, so that the other half is free
 * for look-ups, which binds wait for. One user gets a fifth of the pool and a
 * quarter of the answer bytes, over all of its sockets on this gateway.
 */
export const readShares = ({
  databasePool,
  answerBytes,
}: Pick<Bounds, 'databasePool' | 'answerBytes'>): { readonly all: ReadShare; readonly user: ReadShare } => ({
  all: { reads: Math.max(1, Math.floor(databasePool / 2)), bytes: answerBytes },
  user: { reads: Math.max(1, Math.floor(databasePool / 5)), bytes: Math.floor(answerBytes / 4) },
})
