import type { Role } from '../../../shared/domain/roles.ts'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import type { PublishedSignal } from '../../../shared/records/signals.ts'
import { signalChannels } from '../../../shared/records/signals.ts'
import type { Rates } from '../../../shared/runtime/config/rates.ts'
import { createSharedBuckets } from '../limits/shared-buckets.ts'
import type { DropReason, OnDropped } from './drop-reason.ts'
import type { SignallingFollower, SignalRights } from './may-signal.ts'
import { isPresent } from './may-signal.ts'
import type { RoomSizes } from './room-sizes.ts'
import type { SessionWatch } from './session-watch.ts'
import type { SignalPublisher } from './signal-publisher.ts'

/** `needs`: the rules of the chat do not permit it to the user, who needs this role. */
export type SignalOutcome = 'sent' | 'dropped' | { readonly needs: Role }

/** Sends the signals of sessions. */
export interface SendSignal {
  /** Sends a signal into the room of the follower. Never rejects. */
  (session: SessionWatch, follower: SignallingFollower, signal: PublishedSignal): Promise<SignalOutcome>
  stop(): void
}

/** The publisher, the limits, and the rates. */
export interface SendSignalDeps {
  readonly publisher: SignalPublisher
  readonly roomSize: RoomSizes
  readonly rights: Pick<SignalRights, 'lackedRole'>
  readonly clock: Clock
  readonly limits: Pick<ProtocolLimits, 'signalMembers'>
  readonly rates: Pick<Rates, 'roomSignalsPerMinute' | 'roomSignalsBurst'>
  readonly onDropped: OnDropped
}

export const createSendSignal = (deps: SendSignalDeps): SendSignal => {
  const { publisher, roomSize, rights, clock, limits, rates, onDropped } = deps
  /** Of this gateway only: a signal does not wait for another process. */
  const buckets = createSharedBuckets(undefined, clock)
  const roomRate = { perMinute: rates.roomSignalsPerMinute, burst: rates.roomSignalsBurst }

  const refusedByRights = async (
    follower: SignallingFollower,
    user: string,
  ): Promise<DropReason | { needs: Role } | undefined> => {
    try {
      const needs = await rights.lackedRole(follower, user)
      return needs && { needs }
    } catch {
      return 'store'
    }
  }

  /** Why nobody gets the signal, as far as the number of members decides it. */
  const refusedBySize = async (room: string, { kind }: PublishedSignal): Promise<DropReason | undefined> => {
    if (kind !== 'typing') return undefined
    try {
      return (await roomSize(room)) > limits.signalMembers ? 'members' : undefined
    } catch {
      return 'store'
    }
  }

  /** A signal that is not permitted does not count for the rate of the room, so that it takes nothing from the others. */
  const reasonNotToSend = async (
    session: SessionWatch,
    follower: SignallingFollower,
    signal: PublishedSignal,
  ): Promise<DropReason | { needs: Role } | undefined> => {
    const { room } = follower.feed
    if (!isPresent(follower)) return 'behind'
    if (session.bucket.take(1) !== undefined) return 'rate'
    const refused = await refusedByRights(follower, signal.user)
    if (refused !== undefined) return refused
    if (buckets.take(room, roomRate, 1) !== undefined) return 'rate'
    const reason = await refusedBySize(room, signal)
    // The membership may have ended during the reads.
    return reason ?? (isPresent(follower) ? undefined : 'behind')
  }

  const send = async (session: SessionWatch, follower: SignallingFollower, signal: PublishedSignal): Promise<SignalOutcome> => {
    const reason = await reasonNotToSend(session, follower, signal)
    if (typeof reason === 'object') return reason
    if (reason !== undefined) {
      onDropped(reason, 1)
      return 'dropped'
    }
    const { room } = follower.feed
    const { user, kind, to = [] } = signal
    const isSent = publisher.publish(['signal', room, user, kind, ...to].join(' '), signalChannels.room(room), { signal })
    return isSent ? 'sent' : 'dropped'
  }
  return Object.assign(send, { stop: () => buckets.stop() })
}
