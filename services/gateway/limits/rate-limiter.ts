import type { Clock } from '../../../shared/ports/clock.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import { roomEventNamed } from '../../../shared/room-events/find-room-event.ts'
import type { Rates } from '../../../shared/runtime/config/rates.ts'
import { costOf } from './request-cost.ts'
import type { BucketHold, SharedBuckets } from './shared-buckets.ts'
import type { TokenBucket } from './token-bucket.ts'
import { tokenBucket } from './token-bucket.ts'

/** The limits that may be met, as labels of metrics, and for people. */
export const limitNames = {
  session: 'frames of this socket',
  address: 'frames of this address',
  user: 'requests of this user',
  users_added: 'users added by this user',
  stranger: 'commands into rooms of others',
  room: 'bytes sent to the sockets of this room',
} as const

export type Limit = keyof typeof limitNames

export interface LimitExceeded {
  readonly limit: Limit
  readonly waitMs: number
}

/** What one session may still ask. Each question takes, or says what is exceeded. */
export interface RateLimiter {
  /** A frame has come; asked before it is read. */
  frame(): LimitExceeded | undefined
  /** It is this request, in a frame of so many bytes. */
  request(request: Request, frameBytes: number): LimitExceeded | undefined
  /** It is a command into a room where the sender is not known as a member. */
  stranger(): LimitExceeded | undefined
  /** It is a frame of so many bytes into a room that so many sockets of this gateway follow. */
  room(room: string, frameBytes: number, sockets: number): LimitExceeded | undefined
  /** It has made a mistake, or asked too much; false: that was once too often. */
  mayErr(): boolean
  /** A WebSocket ping or pong has come; false: it was one too many. */
  mayPing(): boolean
  /** The session is gone. Idempotent. */
  release(): void
}

/** Nothing is ever exceeded. */
export const boundless: RateLimiter = {
  frame: () => undefined,
  request: () => undefined,
  stranger: () => undefined,
  room: () => undefined,
  mayErr: () => true,
  mayPing: () => true,
  release: () => undefined,
}

/**
 * What holds for everybody. A class, and buckets are made when something is
 * first taken out of them, for the sake of memory: most sessions make no
 * mistakes, and take in no users.
 */
class ServiceRateLimiter implements RateLimiter {
  protected readonly rates: Rates
  protected readonly clock: Clock
  private errors: TokenBucket | undefined = undefined
  private pings: TokenBucket | undefined = undefined

  constructor(rates: Rates, clock: Clock) {
    this.rates = rates
    this.clock = clock
  }

  frame(): LimitExceeded | undefined {
    return undefined
  }

  request(_request: Request, _frameBytes: number): LimitExceeded | undefined {
    return undefined
  }

  stranger(): LimitExceeded | undefined {
    return undefined
  }

  room(_room: string, _frameBytes: number, _sockets: number): LimitExceeded | undefined {
    return undefined
  }

  mayErr(): boolean {
    const { sessionErrorsPerMinute: perMinute, sessionErrorsBurst: burst } = this.rates
    this.errors ??= tokenBucket({ perMinute, burst }, this.clock)
    return this.errors.take(1) === undefined
  }

  mayPing(): boolean {
    const { sessionPingsPerMinute: perMinute, sessionPingsBurst: burst } = this.rates
    this.pings ??= tokenBucket({ perMinute, burst }, this.clock)
    return this.pings.take(1) === undefined
  }

  release(): void {}
}

/** A service's: it is bounded by what it has in flight, and by its faults. */
export const serviceRateLimiter = (rates: Rates, clock: Clock): RateLimiter => new ServiceRateLimiter(rates, clock)

export interface AllowanceDeps {
  readonly buckets: SharedBuckets
  readonly rates: Rates
  readonly clock: Clock
  /** Names the user; what names it is not kept in the clear. */
  readonly userKey: string
  readonly addressKey: string
}

const usersTakenIn = ({ event, body }: Request): number =>
  roomEventNamed(event)?.membership === 'adds' && 'users' in body ? body.users.length : 0

const excess = (limit: Limit, waitMs: number | undefined): LimitExceeded | undefined =>
  waitMs === undefined ? undefined : { limit, waitMs }

class UserRateLimiter extends ServiceRateLimiter {
  private readonly buckets: SharedBuckets
  private readonly userKey: string
  private readonly addressKey: string
  private frames: TokenBucket | undefined = undefined
  private address: BucketHold | undefined = undefined
  private user: BucketHold | undefined = undefined
  private added: BucketHold | undefined = undefined
  private strange: BucketHold | undefined = undefined
  private isReleased = false

  constructor({ buckets, rates, clock, userKey, addressKey }: AllowanceDeps) {
    super(rates, clock)
    this.buckets = buckets
    this.userKey = userKey
    this.addressKey = addressKey
  }

  override frame(): LimitExceeded | undefined {
    const { rates, addressKey } = this
    this.frames ??= tokenBucket({ perMinute: rates.sessionFramesPerMinute, burst: rates.sessionFramesBurst }, this.clock)
    this.address ??= this.hold(`frames:${addressKey}`, rates.addressFramesPerMinute, rates.addressFramesBurst)
    return excess('session', this.frames.take(1)) ?? excess('address', this.address.take(1))
  }

  override request(request: Request, frameBytes: number): LimitExceeded | undefined {
    const { rates, userKey } = this
    this.user ??= this.hold(`requests:${userKey}`, rates.userRequestsPerMinute, rates.userRequestsBurst)
    const taken = usersTakenIn(request)
    return excess('user', this.user.take(costOf(request, frameBytes))) ?? (taken === 0 ? undefined : this.takeIn(taken))
  }

  override stranger(): LimitExceeded | undefined {
    const { rates, userKey } = this
    this.strange ??= this.hold(`strange:${userKey}`, rates.strangerCommandsPerMinute, rates.strangerCommandsBurst)
    return excess('stranger', this.strange.take(1))
  }

  /** Sockets of a room are assumed to be spread evenly: another gateway's followers are not known here. */
  override room(room: string, frameBytes: number, sockets: number): LimitExceeded | undefined {
    const { roomBytesPerMinute: perMinute, roomBytesBurst: burst } = this.rates
    const bytes = frameBytes * sockets * this.buckets.gateways
    return excess('room', this.buckets.take(`room:${room}`, { perMinute, burst }, bytes))
  }

  override release(): void {
    this.isReleased = true
    for (const hold of [this.address, this.user, this.added, this.strange]) hold?.release()
  }

  private takeIn(users: number): LimitExceeded | undefined {
    const { rates, userKey } = this
    this.added ??= this.hold(`added:${userKey}`, rates.usersAddedPerMinute, rates.usersAddedBurst)
    return excess('users_added', this.added.take(users))
  }

  private hold(key: string, perMinute: number, burst: number): BucketHold {
    const hold = this.buckets.hold(key, { perMinute, burst })
    // What a socket had sent before it closed may be read after that.
    if (this.isReleased) hold.release()
    return hold
  }
}

export const userRateLimiter = (ports: AllowanceDeps): RateLimiter => new UserRateLimiter(ports)
