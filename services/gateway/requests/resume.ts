import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { MemberUnread, RoomMembership } from '../../../shared/ports/read-model.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { SessionRooms } from '../rooms/session-rooms.ts'
import type { ReplayEnd } from '../rooms/subscriber.ts'
import type { Requester } from './requester.ts'

/** The rooms to resume, each with the last seq that the client has. */
export type ResumeRequest = RequestOf<'resume'>['body']

interface ResumedRoom {
  readonly seq: number
  readonly recovered: boolean
  readonly reason?: 'too_many' | 'forbidden' | 'ahead' | 'epoch'
}

/** The state of the store with which a resume is compared: its epoch, and the user's memberships with the heads of the rooms. */
export interface ResumeContext {
  readonly epoch: string
  readonly memberships: readonly RoomMembership[]
  /** During binding: the rooms that the client did not name, each with the head from which it continues. */
  readonly others?: Readonly<Record<string, number>>
  /** During binding: the unread messages as of the heads in the answer. In absent rooms everything is read, and `gen` is 0. */
  readonly unread?: Readonly<Record<string, MemberUnread>> | undefined
}

/**
 * Delivers the events that a client missed, room by room, up to the head that
 * was read with the request, then answers with the result for each room. Newer
 * events of those rooms follow the answer. Between the call and the answer,
 * only replayed events of those rooms are delivered. Resolves when the answer
 * is queued.
 */
export type Resume = (
  requester: Requester,
  rooms: SessionRooms,
  ref: RequestRef,
  request: ResumeRequest,
  readResumeContext: () => Promise<ResumeContext>,
) => Promise<void>

const defaultMax = 1_000

export const createResume = (metrics: Metrics): Resume => {
  /** The reason why the room is not replayed; undefined: it is replayed. */
  const reasonNotReplayed = (
    seen: number,
    request: ResumeRequest,
    current: string,
    head: number | undefined,
  ): ResumedRoom['reason'] => {
    if (head === undefined) return 'forbidden'
    if (request.epoch !== undefined && request.epoch !== current) return 'epoch'
    if (seen > head) return 'ahead'
    return head - seen > (request.max ?? defaultMax) ? 'too_many' : undefined
  }

  const replay = (rooms: SessionRooms, room: string, seen: number, head: number): Promise<ReplayEnd> => {
    const ended = Promise.withResolvers<ReplayEnd>()
    rooms.replay(room, seen, { ceiling: head, onEnd: ended.resolve })
    return ended.promise
  }

  /** Replays one room, or moves its cursor to the head. */
  const resumeRoom = async (
    rooms: SessionRooms,
    room: string,
    seen: number,
    reason: ResumedRoom['reason'],
    head: number,
  ): Promise<ResumedRoom> => {
    const isForbidden =
      reason === 'forbidden' || (await replay(rooms, room, reason === undefined ? seen : head, head)) === 'forbidden'
    if (isForbidden) return { seq: 0, recovered: false, reason: 'forbidden' }
    return reason === undefined ? { seq: head, recovered: true } : { seq: head, recovered: false, reason }
  }

  const resumeAll = async (rooms: SessionRooms, request: ResumeRequest, { epoch, memberships }: ResumeContext) => {
    const heads = new Map(memberships.map(({ room, head }) => [room, head]))
    return Promise.all(
      Object.entries(request.rooms).map(async ([room, seen]) => {
        const head = heads.get(room)
        return [room, await resumeRoom(rooms, room, seen, reasonNotReplayed(seen, request, epoch, head), head ?? 0)] as const
      }),
    )
  }

  return async (requester, rooms, { id }, request, readResumeContext) => {
    const ref: RequestRef = { event: 'resume', id }
    const withheld = rooms.withhold(Object.keys(request.rooms))
    try {
      const context = await readResumeContext()
      const results = await resumeAll(rooms, request, context)
      for (const [room, { reason }] of results) {
        metrics.resumes.inc({ result: reason ?? 'recovered' })
        if (reason === 'forbidden') rooms.leave(room)
      }
      const { others, unread, epoch } = context
      requester.answer(ref, JSON.stringify({ rooms: Object.fromEntries(results), others, unread, epoch }))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      requester.refuse(ref, 'unavailable', 'history cannot be read now')
    } finally {
      withheld.release()
    }
  }
}
