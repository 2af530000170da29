import type { Clock } from '../../../shared/ports/clock.ts'
import type { FanOut } from '../../../shared/ports/fan-out.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import type { ChangedSettings } from '../../../shared/records/signals.ts'
import { signalChannels } from '../../../shared/records/signals.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { Rates } from '../../../shared/runtime/config/rates.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'
import type { OnDropped } from './drop-reason.ts'
import type { ReportMarker } from './marker-signals.ts'
import { createReportMarker } from './marker-signals.ts'
import type { SignalRights, SignalRightsDeps } from './may-signal.ts'
import { createSignalRights } from './may-signal.ts'
import type { PresenceHints } from './presence-hints.ts'
import { createPresenceHints } from './presence-hints.ts'
import { createRoomSizes } from './room-sizes.ts'
import type { SendSignal } from './send-signal.ts'
import { createSendSignal } from './send-signal.ts'
import { createSignalPublisher } from './signal-publisher.ts'
import type { Watches } from './watches.ts'
import { createWatches } from './watches.ts'

/** The ports and settings of the signals of a gateway. */
export interface SessionSignalsDeps {
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'publicationsDropped' | 'signalsDropped'>
  readonly times: Pick<Times, 'presenceAskMs' | 'roomSizeMs' | 'sweepLeastMs'>
  readonly bounds: Pick<Bounds, 'sendQueueBytes' | 'signalsWaiting'>
  readonly limits: Pick<ProtocolLimits, 'signalMembers' | 'receiptMembers'>
  readonly rates: Pick<Rates, 'sessionSignalsPerMinute' | 'sessionSignalsBurst' | 'roomSignalsPerMinute' | 'roomSignalsBurst'>
  /** The number of members of a room, from the store. Rejects with `StoreError`. */
  readonly memberCount: (room: string) => Promise<number>
  /** The role of a member now, and the one that signals need, from the store. Rejects with `StoreError`. */
  readonly signalRoles: SignalRightsDeps['read']
  /** Those of the users who share a chat with the viewer. Rejects with `StoreError`. */
  readonly visible: (users: readonly string[], viewer: string) => Promise<readonly string[]>
  /** Whether the feature level has signals. */
  readonly isEnabled: () => boolean
}

/**
 * Signals between sessions, over the fan-out.
 *
 * Promises:  nothing is stored, nothing is queued beyond one publication in
 *            flight, and no signal sets a follower behind. The number of members
 *            of a room, and the role of each sender, are read at most once in
 *            `roomSizeMs` and after a change of roles or rules; no other statement.
 * Does not:  guarantee delivery: a signal is dropped whenever it would be in
 *            the way of a room's events.
 */
export interface SessionSignals {
  readonly watches: Watches
  readonly send: SendSignal
  readonly reportMarker: ReportMarker
  /** Reports that the profile of the user has changed, after it is stored, to those who watch the user. The report may be lost. */
  readonly reportProfile: (user: string) => void
  /** Reports changed settings of a chat, after they are stored, to the devices of the user. The report may be lost. */
  readonly reportSettings: (user: string, settings: ChangedSettings) => void
  readonly presence: PresenceHints
  readonly rights: Pick<SignalRights, 'changed'>
  start(): void
  close(): void
}

export const createSignals = (deps: SessionSignalsDeps): SessionSignals => {
  const { fanOut, clock, metrics, times, bounds, limits, memberCount, isEnabled } = deps
  const onDropped: OnDropped = (reason, count) => metrics.signalsDropped.inc({ reason }, count)
  const publisher = createSignalPublisher({ fanOut, maxWaiting: bounds.signalsWaiting, onDropped })
  const roomSize = createRoomSizes({ read: memberCount, clock, keepMs: times.roomSizeMs })
  const watches = createWatches({ ...deps, roomSize, onDropped })
  const rights = createSignalRights({ read: deps.signalRoles, clock, keepMs: times.roomSizeMs })
  const send = createSendSignal({ ...deps, publisher, roomSize, rights, onDropped })
  return {
    watches,
    send,
    reportMarker: createReportMarker({ publisher, roomSize, receiptMembers: limits.receiptMembers, onDropped }),
    reportProfile: (user) => void publisher.publish(`profile ${user}`, signalChannels.user(user), { profile: 'changed' }),
    reportSettings: (user, settings) =>
      void publisher.publish(`settings ${user} ${settings.room}`, signalChannels.user(user), { settings }),
    presence: createPresenceHints({ publisher, clock, isEnabled }),
    rights,
    start: watches.start,
    close: () => {
      watches.close()
      send.stop()
    },
  }
}
