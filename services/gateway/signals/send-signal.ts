import type { Clock } from '../../../shared/ports/clock.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import type { PublishedSignal } from '../../../shared/records/signals.ts'
import { signalChannels } from '../../../shared/records/signals.ts'
import type { Rates } from '../../../shared/runtime/config/rates.ts'
import { createSharedBuckets } from '../limits/shared-buckets.ts'
import type { Follower } from '../rooms/subscriber.ts'
import type { DropReason, OnDropped } from './drop-reason.ts'
import { maySignal } from './may-signal.ts'
import type { RoomSizes } from './room-sizes.ts'
import type { SessionWatch } from './session-watch.ts'
import type { SignalPublisher } from './signal-publisher.ts'

/** Sends the signals of sessions. */
export interface SendSignal {
  /** Sends a signal into the room of the follower. False: it was dropped. Never rejects. */
  (session: SessionWatch, follower: Pick<Follower, 'state' | 'feed'>, signal: PublishedSignal): Promise<boolean>
  stop(): void
}

/** The publisher, the limits, and the rates. */
export interface SendSignalDeps {
  readonly publisher: SignalPublisher
  readonly roomSize: RoomSizes
  readonly clock: Clock
  readonly limits: Pick<ProtocolLimits, 'signalMembers'>
  readonly rates: Pick<Rates, 'roomSignalsPerMinute' | 'roomSignalsBurst'>
  readonly onDropped: OnDropped
}

export const createSendSignal = (deps: SendSignalDeps): SendSignal => {
  const { publisher, roomSize, clock, limits, rates, onDropped } = deps
  /** Of this gateway only: a signal does not wait for another process. */
  const buckets = createSharedBuckets(undefined, clock)
  const roomRate = { perMinute: rates.roomSignalsPerMinute, burst: rates.roomSignalsBurst }

  const isTooFast = (session: SessionWatch, room: string): boolean =>
    session.bucket.take(1) !== undefined || buckets.take(room, roomRate, 1) !== undefined

  /** Why nobody gets the signal, as far as the number of members decides it. */
  const refusedBySize = async (room: string, { kind }: PublishedSignal): Promise<DropReason | undefined> => {
    if (kind !== 'typing') return undefined
    try {
      return (await roomSize(room)) > limits.signalMembers ? 'members' : undefined
    } catch {
      return 'store'
    }
  }

  const reasonToDrop = async (
    session: SessionWatch,
    follower: Pick<Follower, 'state' | 'feed'>,
    signal: PublishedSignal,
  ): Promise<DropReason | undefined> => {
    const { room } = follower.feed
    if (!maySignal(follower)) return 'behind'
    if (isTooFast(session, room)) return 'rate'
    const reason = await refusedBySize(room, signal)
    // The membership may have ended during the read.
    return reason ?? (maySignal(follower) ? undefined : 'behind')
  }

  const send = async (
    session: SessionWatch,
    follower: Pick<Follower, 'state' | 'feed'>,
    signal: PublishedSignal,
  ): Promise<boolean> => {
    const reason = await reasonToDrop(session, follower, signal)
    if (reason !== undefined) {
      onDropped(reason, 1)
      return false
    }
    const { room } = follower.feed
    const { user, kind, to = [] } = signal
    return publisher.publish(['signal', room, user, kind, ...to].join(' '), signalChannels.room(room), { signal })
  }
  return Object.assign(send, { stop: () => buckets.stop() })
}
