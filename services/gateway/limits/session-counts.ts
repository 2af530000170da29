import { createCounts } from './counts.ts'

/** The bound that refuses a session. */
export type SessionLimit = 'gateway_full' | 'binding_full' | 'address_full' | 'user_full'

/** One session in the counts. */
export interface SessionSlot {
  /** The session is bound to its user, or needs none. Idempotent. */
  bound(): void
  /** The session has ended. Idempotent. */
  leave(): void
}

/** The maximum of each count. */
export interface SessionCountsBounds {
  readonly sessionsPerGateway: number
  readonly bindingSessions: number
  readonly sessionsPerAddress: number
  readonly sessionsPerUser: number
}

/** The keys under which a session is counted. A service has neither: only the gateway's own bounds apply to it. */
export interface ClientKey {
  readonly address?: string
  readonly subject?: string
}

/**
 * Counts this gateway's sessions: in total, per user and per address.
 *
 * Does not:  count the sessions of other gateways. A load balancer spreads
 *            them, and rate limits bound one user or address on all gateways.
 */
export interface SessionCounts {
  /** The bound that any further session exceeds; undefined: none. Needs no authentication. */
  isFull(): 'gateway_full' | 'binding_full' | undefined
  /** Counts a session, or returns the bound that refuses it. */
  enter(client: ClientKey): SessionSlot | SessionLimit
  readonly size: number
  readonly binding: number
}

interface Counting {
  bound(): void
  left(client: ClientKey): void
}

/** A class, because every session has one. */
class CountedSlot implements SessionSlot {
  private readonly client: ClientKey
  private readonly counting: Counting
  private isBinding = true
  private isCounted = true

  constructor(client: ClientKey, counting: Counting) {
    this.client = client
    this.counting = counting
  }

  bound(): void {
    if (this.isBinding) this.counting.bound()
    this.isBinding = false
  }

  leave(): void {
    this.bound()
    if (this.isCounted) this.counting.left(this.client)
    this.isCounted = false
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

  const exceededBy = ({ address, subject }: ClientKey): SessionLimit | undefined => {
    if (address !== undefined && byAddress.of(address) >= bounds.sessionsPerAddress) return 'address_full'
    return subject !== undefined && byUser.of(subject) >= bounds.sessionsPerUser ? 'user_full' : undefined
  }

  const count = ({ address, subject }: ClientKey, by: 1 | -1): void => {
    size += by
    if (address !== undefined) byAddress.add(address, by)
    if (subject !== undefined) byUser.add(subject, by)
  }

  const counting: Counting = {
    bound: () => {
      binding -= 1
    },
    left: (client) => count(client, -1),
  }

  const take = (client: ClientKey): SessionSlot => {
    count(client, 1)
    binding += 1
    return new CountedSlot(client, counting)
  }

  return {
    isFull,
    enter: (client) => isFull() ?? exceededBy(client) ?? take(client),
    get size() {
      return size
    },
    get binding() {
      return binding
    },
  }
}
