import type { Owner } from './folder-lock.ts'

/** What the parent gives its database child, as its only argument, in JSON. */
export interface ChildOrder {
  readonly dataDir: string
  /** The folder that the socket is made in. */
  readonly socketFolder: string
  /** The parent, whom a second start is told of. */
  readonly owner: Owner
  readonly lockWaitMs: number
}

/** What the child tells. */
export type ChildReport =
  | { readonly kind: 'ready' }
  /** It could not start; `message` is for people. */
  | { readonly kind: 'refused'; readonly message: string }

/** What the parent tells: end in good order. */
export const stopOrder = 'stop'

/** Postgres drivers derive a socket's name from a port. */
export const socketPort = 5432
export const socketName = `.s.PGSQL.${socketPort}`
