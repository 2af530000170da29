import type { Bounds } from '../../../shared/runtime/config/bounds.ts'

/** The part of the database pool and of the answer bytes that reads of lists may use. */
export interface ReadShare {
  /** Reads in flight, each of which holds one database connection. */
  readonly reads: number
  /** Bytes of answers that are being read, or that their sockets have not taken yet. */
  readonly bytes: number
}

/**
 * Reads of lists get half of the database pool, so that the other half is free
 * for the look-ups of `create-user`. One user gets a fifth of the pool and a
 * quarter of the answer bytes, over all of its sockets on this gateway.
 */
export const readShares = ({
  databasePool,
  answerBytes,
}: Pick<Bounds, 'databasePool' | 'answerBytes'>): { readonly all: ReadShare; readonly user: ReadShare } => ({
  all: { reads: Math.max(1, Math.floor(databasePool / 2)), bytes: answerBytes },
  user: { reads: Math.max(1, Math.floor(databasePool / 5)), bytes: Math.floor(answerBytes / 4) },
})
