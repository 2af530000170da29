import type { ErrorBody } from '../protocol/errors.ts'

/** The members of a request that its answer repeats. */
export interface RequestRef {
  readonly event: string
  /** A number only in the error that reports a wrong type of `id`. */
  readonly id?: string | number | undefined
}

const head = ({ event, id }: RequestRef): string =>
  `{${id === undefined ? '' : `"id":${JSON.stringify(id)},`}"event":${JSON.stringify(event)}`

/** The answer to a request. `bodyText`: the body, as JSON text. */
export const answerFrame = (ref: RequestRef, bodyText: string): string => `${head(ref)},"body":${bodyText}}`

/** The error that answers a request. */
export const errorFrame = (ref: RequestRef, error: ErrorBody): string => `${head(ref)},"error":${JSON.stringify(error)}}`

/** A push that concerns a room, without a position in its feed. */
export const roomNoticeFrame = (event: string, room: string, body: object): string =>
  `{"event":${JSON.stringify(event)},"room":"${room}","body":${JSON.stringify(body)}}`

/** A push: a frame without a request. */
export const noticeFrame = (event: string, body: object): string => answerFrame({ event }, JSON.stringify(body))
