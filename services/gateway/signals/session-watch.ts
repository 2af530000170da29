import { noticeFrame } from '../../../shared/frames/answer-frame.ts'
import type { TokenBucket } from '../limits/token-bucket.ts'
import type { Follower } from '../rooms/subscriber.ts'
import { textFrame } from '../send-queue/framing.ts'
import type { SendQueue } from '../send-queue/send-queue.ts'
import type { OnDropped } from './drop-reason.ts'

/** Whether a user is online; null: not known. */
export type Presence = boolean | null

/** The session of a watch, and the limit for its send queue. */
export interface SessionWatchDeps {
  readonly sendQueue: Pick<SendQueue, 'bytes' | 'push'>
  /** Bytes in the send queue above which signals are dropped. */
  readonly mostQueuedBytes: number
  readonly onDropped: OnDropped
}

/** The rooms and users that one session watches, and the rate of its own signals. A class, because many sessions have one. */
export class SessionWatch {
  /** Unique on this gateway. */
  readonly id: string
  readonly user: string
  /** Each watched room with its follower: the watch of a room ends with its follower. */
  readonly rooms = new Map<string, Follower>()
  /** Each watched user, with the presence that the client knows; undefined until the watch is answered. */
  readonly users = new Map<string, Presence | undefined>()
  readonly bucket: TokenBucket
  private readonly deps: SessionWatchDeps

  constructor(id: string, user: string, bucket: TokenBucket, deps: SessionWatchDeps) {
    this.id = id
    this.user = user
    this.bucket = bucket
    this.deps = deps
  }

  /** Puts a push into the send queue, unless much waits there already. False: dropped. */
  push(frame: Buffer): boolean {
    const { sendQueue, mostQueuedBytes, onDropped } = this.deps
    if (sendQueue.bytes() > mostQueuedBytes) {
      onDropped('queue', 1)
      return false
    }
    sendQueue.push(frame)
    return true
  }

  /** Pushes to a client that follows the room live. */
  pushInRoom(room: string, frame: Buffer): void {
    if (this.rooms.get(room)?.state === 'live') this.push(frame)
    else this.deps.onDropped('behind', 1)
  }

  /** Reports the presence of a watched user, if the client does not know it. A dropped report is repeated with the next one. */
  report(user: string, online: Presence): void {
    const known = this.users.get(user)
    if (known === undefined || known === online) return
    if (this.push(textFrame(noticeFrame('presence', { user_id: user, online })))) this.users.set(user, online)
  }
}
