import { errorBody } from '../../shared/protocol/errors.ts'
import type { Caller } from './caller.ts'
import type { Queries, ReadRequest } from './queries.ts'

/** A session's reads, so many at a time. */
export type SessionReads = (request: ReadRequest, actor: string | undefined) => Promise<void>

export const createSessionReads = (queries: Queries, caller: Caller, maxInFlight: number): SessionReads => {
  let inFlight = 0
  return async (request, actor) => {
    if (inFlight >= maxInFlight)
      return caller.fail(request, errorBody('rate_limited', 'too many reads in flight', undefined, 100))
    inFlight += 1
    await queries.answer(caller, request, actor)
    inFlight -= 1
  }
}
