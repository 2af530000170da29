import type { Clock } from '../../../shared/ports/clock.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import { requestedRoomEventNamed } from '../../../shared/room-events/find-room-event.ts'
import type { Rates } from '../../../shared/runtime/config/rates.ts'
import type { Limit, LimitExceeded, RoomRequest } from './rate-limiter.ts'
import { costOf } from './request-cost.ts'
import { ServiceRateLimiter } from './service-rate-limiter.ts'
import type { BucketHold, SharedBuckets } from './shared-buckets.ts'
import { TokenBucket } from './token-bucket.ts'

/** The buckets, rates and keys of one user's session. */
export interface UserRateLimiterDeps {
  readonly buckets: SharedBuckets
  readonly rates: Rates
  readonly clock: Clock
  /** Hashes: the store of shared buckets never holds user ids or addresses. */
  readonly userKey: string
  readonly addressKey: string
}

/** A room that more sockets follow is large: the reactions of its members share one rate. */
const largeRoomSockets = 1_000

const exceeded = (limit: Limit, waitMs: number | undefined): LimitExceeded | undefined =>
  waitMs === undefined ? undefined : { limit, waitMs }

/** The limits of a user: per socket, per address, per user and per room, over all gateways. */
export class UserRateLimiter extends ServiceRateLimiter {
  private readonly buckets: SharedBuckets
  private readonly userKey: string
  private readonly addressKey: string
  private frames: TokenBucket | undefined = undefined
  private address: BucketHold | undefined = undefined
  private user: BucketHold | undefined = undefined
  private added: BucketHold | undefined = undefined
  private edits: BucketHold | undefined = undefined
  private commandsToOthers: BucketHold | undefined = undefined
  private uploads: BucketHold | undefined = undefined
  private isReleased = false

  constructor({ buckets, rates, clock, userKey, addressKey }: UserRateLimiterDeps) {
    super(rates, clock)
    this.buckets = buckets
    this.userKey = userKey
    this.addressKey = addressKey
  }

  override frame(): LimitExceeded | undefined {
    const { rates, addressKey } = this
    this.frames ??= new TokenBucket({ perMinute: rates.sessionFramesPerMinute, burst: rates.sessionFramesBurst }, this.clock)
    this.address ??= this.hold(`frames:${addressKey}`, rates.addressFramesPerMinute, rates.addressFramesBurst)
    return exceeded('session', this.frames.take(1)) ?? exceeded('address', this.address.take(1))
  }

  override request(request: Request, frameBytes: number): LimitExceeded | undefined {
    const { rates, userKey } = this
    this.user ??= this.hold(`requests:${userKey}`, rates.userRequestsPerMinute, rates.userRequestsBurst)
    return exceeded('user', this.user.take(costOf(request, frameBytes))) ?? this.chargeEvent(request)
  }

  override nonMember(): LimitExceeded | undefined {
    const { rates, userKey } = this
    this.commandsToOthers ??= this.hold(`strange:${userKey}`, rates.strangerCommandsPerMinute, rates.strangerCommandsBurst)
    return exceeded('stranger', this.commandsToOthers.take(1))
  }

  /** Assumes that the sockets of a room are spread evenly, because the followers on other gateways are not known here. */
  override room({ event, room }: RoomRequest, frameBytes: number, sockets: number): LimitExceeded | undefined {
    const { roomBytesPerMinute: perMinute, roomBytesBurst: burst } = this.rates
    const all = sockets * this.buckets.gateways
    const isLimited = all > largeRoomSockets && requestedRoomEventNamed(event)?.rate === 'reactions'
    return (
      (isLimited ? this.chargeReaction(room) : undefined) ??
      exceeded('room', this.buckets.take(`room:${room}`, { perMinute, burst }, frameBytes * all))
    )
  }

  override upload(bytes: number): LimitExceeded | undefined {
    const { rates, userKey } = this
    this.uploads ??= this.hold(`uploads:${userKey}`, rates.userUploadKbPerMinute, rates.userUploadKbBurst)
    return exceeded('uploads', this.uploads.take(Math.ceil(bytes / 1_024)))
  }

  override release(): void {
    this.isReleased = true
    const { address, user, added, edits, uploads, commandsToOthers } = this
    for (const hold of [address, user, added, edits, uploads, commandsToOthers]) hold?.release()
  }

  /** The limits of certain events only. */
  private chargeEvent({ event, body }: Request): LimitExceeded | undefined {
    const found = requestedRoomEventNamed(event)
    if (found?.membership === 'adds') return 'users' in body ? this.chargeAdded(body.users?.length ?? 0) : undefined
    return found?.rate === 'edits' ? this.chargeEdit() : undefined
  }

  private chargeEdit(): LimitExceeded | undefined {
    const { rates, userKey } = this
    this.edits ??= this.hold(`edits:${userKey}`, rates.userEditsPerMinute, rates.userEditsBurst)
    return exceeded('edits', this.edits.take(1))
  }

  private chargeReaction(room: string): LimitExceeded | undefined {
    const { roomReactionsPerMinute: perMinute, roomReactionsBurst: burst } = this.rates
    return exceeded('reactions', this.buckets.take(`reactions:${room}`, { perMinute, burst }, 1))
  }

  private chargeAdded(users: number): LimitExceeded | undefined {
    const { rates, userKey } = this
    this.added ??= this.hold(`added:${userKey}`, rates.usersAddedPerMinute, rates.usersAddedBurst)
    return exceeded('users_added', this.added.take(users))
  }

  private hold(key: string, perMinute: number, burst: number): BucketHold {
    const hold = this.buckets.hold(key, { perMinute, burst })
    // A frame that was sent before the socket closed may be read afterwards.
    if (this.isReleased) hold.release()
    return hold
  }
}
