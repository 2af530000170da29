import { StoreError } from '../../../shared/ports/event-store.ts'
import type { HeldMembership } from '../../../shared/ports/read-model.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { ReplayEnd } from '../rooms/follower.ts'
import type { SessionRooms } from '../rooms/session-rooms.ts'
import type { Asked, Caller } from './requester.ts'

export type ResumeRequest = RequestOf<'resume'>['body']

interface ResumedRoom {
  readonly seq: number
  readonly recovered: boolean
  readonly reason?: 'too_many' | 'forbidden' | 'ahead' | 'epoch'
}

export interface Standing {
  readonly epoch: string
  /** As read with the request. */
  readonly memberships: readonly HeldMembership[]
  /** While binding: the rooms that are not named, and the head each goes on from. */
  readonly others?: Readonly<Record<string, number>>
}

/**
 * Plays what a client missed, room by room up to the head that was read with
 * the request, then answers honestly for each room; only then anything newer
 * of those rooms comes. From the call on, nothing else of them comes; the
 * promise resolves when the answer is queued.
 */
export type Resume = (
  caller: Caller,
  rooms: SessionRooms,
  asked: Asked,
  request: ResumeRequest,
  readStanding: () => Promise<Standing>,
) => Promise<void>

const defaultMax = 1_000

export const createResume = (metrics: Metrics): Resume => {
  /** What can be said without reading: undefined means that the room is to be replayed. */
  const verdict = (seen: number, request: ResumeRequest, current: string, head: number | undefined): ResumedRoom['reason'] => {
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

  /** Replays one room, or moves its place to the head. */
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

  const resumeAll = async (rooms: SessionRooms, request: ResumeRequest, { epoch, memberships }: Standing) => {
    const heads = new Map(memberships.map(({ room, head }) => [room, head]))
    return Promise.all(
      Object.entries(request.rooms).map(async ([room, seen]) => {
        const head = heads.get(room)
        return [room, await resumeRoom(rooms, room, seen, verdict(seen, request, epoch, head), head ?? 0)] as const
      }),
    )
  }

  return async (caller, rooms, { id }, request, readStanding) => {
    const asked: Asked = { event: 'resume', id }
    const withheld = rooms.withhold(Object.keys(request.rooms))
    try {
      const standing = await readStanding()
      const results = await resumeAll(rooms, request, standing)
      for (const [room, { reason }] of results) {
        metrics.resumes.inc({ result: reason ?? 'recovered' })
        if (reason === 'forbidden') rooms.leave(room)
      }
      caller.answer(asked, JSON.stringify({ rooms: Object.fromEntries(results), others: standing.others, epoch: standing.epoch }))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      caller.refuse(asked, 'unavailable', 'history cannot be read now')
    } finally {
      withheld.release()
    }
  }
}
