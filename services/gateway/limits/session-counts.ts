import { createCounts } from './counts.ts'

/** Why there is no room. */
export type SessionCountsRefusal = 'gateway_full' | 'binding_full' | 'address_full' | 'user_full'

/** A session's place in the crowd. */
export interface Place {
  /** Its session has its user, or needs none. Idempotent. */
  bound(): void
  /** Its session is gone. Idempotent. */
  leave(): void
}

/** Where nobody counts. */
export const nowhere: Place = { bound: () => undefined, leave: () => undefined }

export interface SessionCountsBounds {
  readonly sessionsPerGateway: number
  readonly bindingSessions: number
  readonly sessionsPerAddress: number
  readonly sessionsPerUser: number
}

/** Whose session it is to be. A service has none of both: it is held to the gateway's own bounds. */
export interface Guest {
  readonly address?: string
  readonly subject?: string
}

/**
 * Counts this gateway's sessions, of all and of each user and address.
 *
 * Does not:  count those of other gateways. A load balancer spreads them; what
 *            one user or address does on all of them is bounded by rates.
 */
export interface SessionCounts {
  /** Whether there is room for anybody at all, before it is asked who it is. */
  isFull(): 'gateway_full' | 'binding_full' | undefined
  enter(guest: Guest): Place | SessionCountsRefusal
  readonly size: number
  readonly binding: number
}

interface Counting {
  bound(): void
  left(guest: Guest): void
}

/** A class for the sake of memory: every session has one. */
class TakenPlace implements Place {
  private readonly guest: Guest
  private readonly counting: Counting
  private isBinding = true
  private isThere = true

  constructor(guest: Guest, counting: Counting) {
    this.guest = guest
    this.counting = counting
  }

  bound(): void {
    if (this.isBinding) this.counting.bound()
    this.isBinding = false
  }

  leave(): void {
    this.bound()
    if (this.isThere) this.counting.left(this.guest)
    this.isThere = false
  }
}

export const createSessionCounts = (bounds: SessionCountsBounds): SessionCounts => {
  const byAddress = createCounts()
  const byUser = createCounts()
  let size = 0
  let binding = 0

  const isFull: SessionCounts['isFull'] = () => {
    if (size >= bounds.sessionsPerGateway) return 'gateway_full'
    return binding >= bounds.bindingSessions ? 'binding_full' : undefined
  }

  const refusalOf = ({ address, subject }: Guest): SessionCountsRefusal | undefined => {
    if (address !== undefined && byAddress.of(address) >= bounds.sessionsPerAddress) return 'address_full'
    return subject !== undefined && byUser.of(subject) >= bounds.sessionsPerUser ? 'user_full' : undefined
  }

  const count = ({ address, subject }: Guest, by: 1 | -1): void => {
    size += by
    if (address !== undefined) byAddress.add(address, by)
    if (subject !== undefined) byUser.add(subject, by)
  }

  const counting: Counting = {
    bound: () => {
      binding -= 1
    },
    left: (guest) => count(guest, -1),
  }

  const take = (guest: Guest): Place => {
    count(guest, 1)
    binding += 1
    return new TakenPlace(guest, counting)
  }

  return {
    isFull,
    enter: (guest) => isFull() ?? refusalOf(guest) ?? take(guest),
    get size() {
      return size
    },
    get binding() {
      return binding
    },
  }
}
