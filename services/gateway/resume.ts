import type { HeldMembership } from '../../shared/ports/read-model.ts'
import type { RequestOf } from '../../shared/protocol/requests.ts'
import type { Metrics } from '../../shared/runtime/metrics.ts'
import type { Asked, Caller } from './caller.ts'
import type { ReplayEnd } from './follower.ts'
import type { SessionRooms } from './session-rooms.ts'

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
 * of those rooms comes. All replays are under way when the call returns; the
 * promise resolves when the answer is queued.
 */
export type Resume = (
  caller: Caller,
  rooms: SessionRooms,
  asked: Asked,
  request: ResumeRequest,
  standing: Standing,
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

  const replay = (rooms: SessionRooms, room: string, seen: number, head: number) => {
    const ended = Promise.withResolvers<ReplayEnd>()
    const { release } = rooms.replay(room, seen, { ceiling: head, onEnd: ended.resolve })
    return { release, end: ended.promise }
  }

  /** Replays one room; `release` lets what is newer come, once the answer is out. */
  const resumeRoom = async (
    rooms: SessionRooms,
    room: string,
    seen: number,
    reason: ResumedRoom['reason'],
    head: number,
  ): Promise<{ room: string; result: ResumedRoom; release: () => void }> => {
    const nothing = { room, result: { seq: 0, recovered: false, reason: 'forbidden' as const }, release: () => undefined }
    if (reason === 'forbidden') return nothing
    const { release, end } = replay(rooms, room, reason === undefined ? seen : head, head)
    if ((await end) === 'forbidden') return nothing
    const result = reason === undefined ? { seq: head, recovered: true } : { seq: head, recovered: false, reason }
    return { room, result, release }
  }

  return async (caller, rooms, asked, request, { epoch, memberships, others }) => {
    const heads = new Map(memberships.map(({ room, head }) => [room, head]))
    const done = await Promise.all(
      Object.entries(request.rooms).map(([room, seen]) => {
        const head = heads.get(room)
        return resumeRoom(rooms, room, seen, verdict(seen, request, epoch, head), head ?? 0)
      }),
    )
    for (const { result } of done) metrics.resumes.inc({ result: result.reason ?? 'recovered' })
    const results = Object.fromEntries(done.map(({ room, result }) => [room, result]))
    caller.answer({ event: 'resume', id: asked.id }, JSON.stringify({ rooms: results, others, epoch }))
    for (const { release } of done) release()
  }
}
