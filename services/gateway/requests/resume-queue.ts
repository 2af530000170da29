import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import type { Lookups } from '../reads/lookups.ts'
import type { SessionRooms } from '../rooms/session-rooms.ts'
import type { Requester } from './requester.ts'
import type { Resume, ResumeContext } from './resume.ts'

/** Runs the later resumes of a session one at a time, because each moves the cursors of the rooms that it names. */
export type ResumeQueue = (request: RequestOf<'resume'>, rooms: SessionRooms, user: string) => void

/** The session of a queue, and how it runs a resume. */
export interface ResumeQueueDeps {
  readonly requester: Requester
  readonly resume: Resume
  readonly lookups: Lookups
  /** Answers an unexpected error with `internal`; never rejects. */
  readonly guarded: (ref: RequestRef, work: Promise<void>) => Promise<void>
  /** The number of waiting resumes above which further ones are refused. */
  readonly maxWaiting: number
}

export const createResumeQueue = ({ requester, resume, lookups, guarded, maxWaiting }: ResumeQueueDeps): ResumeQueue => {
  let last: Promise<void> = Promise.resolve()
  let waiting = 0

  return (request, rooms, user) => {
    if (waiting >= maxWaiting)
      return requester.fail(request, errorBody('rate_limited', 'too many resumes waiting', undefined, 1_000))
    const readResumeContext = async (): Promise<ResumeContext> => {
      const [memberships, { epoch }] = await Promise.all([lookups.memberships(user), lookups.meta()])
      return { memberships, epoch }
    }
    waiting += 1
    last = last.then(async () => {
      await guarded(request, resume(requester, rooms, request, request.body, readResumeContext))
      waiting -= 1
    })
  }
}
