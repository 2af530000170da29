import type { ErrorBody } from '../protocol/errors.ts'

/**
 * The result of a command, as the writer publishes it and the client receives it.
 * `body`: the body of the event, as JSON text. `seq`: the event's place in its
 * room; undefined for an event that belongs to no room.
 */
export type Outcome = { readonly body: string; readonly seq?: number } | { readonly error: ErrorBody }
