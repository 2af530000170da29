import type { Rate } from '../../shared/ports/allowances.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import type { Request } from '../../shared/protocol/requests.ts'
import type { Rates } from '../../shared/runtime/rates.ts'
import type { BucketHold, SharedBuckets } from './shared-buckets.ts'
import { tokenBucket } from './token-bucket.ts'

/** The limits that may be met, as labels of metrics, and for people. */
export const limitNames = {
  session: 'frames of this socket',
  address: 'frames of this address',
  user: 'requests of this user',
  users_added: 'users added by this user',
  stranger: 'commands into rooms of others',
} as const

export type Limit = keyof typeof limitNames

export interface Excess {
  readonly limit: Limit
  readonly waitMs: number
}

/** What one session may still ask. Each question takes, or says what is exceeded. */
export interface Allowance {
  /** A frame has come; asked before it is read. */
  frame(): Excess | undefined
  /** It is this request. */
  request(request: Request): Excess | undefined
  /** It is a command into a room where the sender is not known as a member. */
  stranger(): Excess | undefined
  /** It has made a mistake, or asked too much; false: that was once too often. */
  mayErr(): boolean
  /** A WebSocket ping or pong has come; false: it was one too many. */
  mayPing(): boolean
  /** The session is gone. Idempotent. */
  release(): void
}

/** Nothing is ever exceeded. */
export const boundless: Allowance = {
  frame: () => undefined,
  request: () => undefined,
  stranger: () => undefined,
  mayErr: () => true,
  mayPing: () => true,
  release: () => undefined,
}

/** What holds for everybody, services too. */
const patience = (rates: Rates, clock: Clock): Pick<Allowance, 'mayErr' | 'mayPing'> => {
  const errors = tokenBucket({ perMinute: rates.sessionErrorsPerMinute, burst: rates.sessionErrorsBurst }, clock)
  const pings = tokenBucket({ perMinute: rates.sessionPingsPerMinute, burst: rates.sessionPingsBurst }, clock)
  return {
    mayErr: () => errors.take(1) === undefined,
    mayPing: () => pings.take(1) === undefined,
  }
}

/** A service's: it is bounded by what it has in flight, and by its faults. */
export const serviceAllowance = (rates: Rates, clock: Clock): Allowance => ({ ...boundless, ...patience(rates, clock) })

export interface AllowancePorts {
  readonly buckets: SharedBuckets
  readonly rates: Rates
  readonly clock: Clock
  /** Names the user; what names it is not kept in the clear. */
  readonly userKey: string
  readonly addressKey: string
}

const roomsPerRequest = 10

const costOf = (request: Request): number => {
  const rooms =
    request.event === 'resume' ? request.body.rooms : request.event === 'create-user' ? request.body.resume?.rooms : {}
  return 1 + Math.floor(Object.keys(rooms ?? {}).length / roomsPerRequest)
}

const usersTakenIn = (request: Request): number =>
  request.event === 'create-chat' || request.event === 'add-users' ? request.body.users.length : 0

export const userAllowance = ({ buckets, rates, clock, userKey, addressKey }: AllowancePorts): Allowance => {
  const held: BucketHold[] = []
  const shared = (key: string, rate: Rate): BucketHold => {
    const hold = buckets.hold(key, rate)
    held.push(hold)
    return hold
  }
  const session = tokenBucket({ perMinute: rates.sessionFramesPerMinute, burst: rates.sessionFramesBurst }, clock)
  const address = shared(`frames:${addressKey}`, {
    perMinute: rates.addressFramesPerMinute,
    burst: rates.addressFramesBurst,
  })
  const user = shared(`requests:${userKey}`, { perMinute: rates.userRequestsPerMinute, burst: rates.userRequestsBurst })
  const added = shared(`added:${userKey}`, { perMinute: rates.usersAddedPerMinute, burst: rates.usersAddedBurst })
  const strange = shared(`strange:${userKey}`, {
    perMinute: rates.strangerCommandsPerMinute,
    burst: rates.strangerCommandsBurst,
  })

  const excess = (limit: Limit, waitMs: number | undefined): Excess | undefined =>
    waitMs === undefined ? undefined : { limit, waitMs }

  return {
    ...patience(rates, clock),
    frame: () => excess('session', session.take(1)) ?? excess('address', address.take(1)),
    request: (request) => {
      const taken = usersTakenIn(request)
      return excess('user', user.take(costOf(request))) ?? (taken === 0 ? undefined : excess('users_added', added.take(taken)))
    },
    stranger: () => excess('stranger', strange.take(1)),
    release: () => {
      for (const hold of held) hold.release()
    },
  }
}
