import type { Owner } from './folder-lock.ts'

/** The only argument of the database process, as JSON. */
export interface ChildOrder {
  readonly dataDir: string
  /** The folder in which the socket is created. */
  readonly socketFolder: string
  /** The parent, which the error of a second start names. */
  readonly owner: Owner
  readonly lockWaitMs: number
}

/** A message from the database process to its parent. */
export type ChildReport =
  | { readonly kind: 'ready' }
  /** The start failed; `message` is for the operator. */
  | { readonly kind: 'refused'; readonly message: string }

/** The message from the parent that requests an orderly stop. */
export const stopOrder = 'stop'

/** Postgres drivers derive the name of a socket from a port. */
export const socketPort = 5432
/** The file name of the socket. */
export const socketName = `.s.PGSQL.${socketPort}`
