import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { signalLevel } from '../../shared/protocol/signal-level.ts'
import { absentEvents } from './files/gateway-files.ts'
import type { GatewayCoreDeps } from './gateway-core-deps.ts'
import { createFeatureLevel } from './reads/feature-level.ts'
import { createLookups } from './reads/lookups.ts'
import { createOutcomeLookup } from './reads/outcome-lookup.ts'
import { createDeliveryWatch } from './rooms/delivery-watch.ts'
import { createHeadSweep } from './rooms/head-sweep.ts'
import { createPendingCommands } from './rooms/pending-commands.ts'
import { createRoomFeeds } from './rooms/room-feeds.ts'
import type { SessionRoomsDeps } from './rooms/session-rooms.ts'
import { createUserSessions } from './rooms/user-sessions.ts'
import type { Session } from './session/session.ts'
import { createSignals } from './signals/signals.ts'

/** The parts that deliver events to sessions. */
export const createDelivery = (deps: GatewayCoreDeps, sessions: Iterable<Session>) => {
  const { eventStore, readModel, searchIndex, fanOut, clock, metrics, log, times, bounds, random } = deps
  const retryMs = times.sweepLeastMs
  const releaseMs = times.topicReleaseMs
  const lookups = createLookups(eventStore, readModel, bounds)
  const lookUpOutcome = createOutcomeLookup(lookups)
  const pending = createPendingCommands({ clock, deadlineMs: times.commandDeadlineMs, lookUpOutcome })
  const absent = new Set([...absentEvents(deps.files), ...(searchIndex === undefined ? ['search-messages'] : [])])
  const featureLevel = createFeatureLevel(readModel, log, absent, (level) => {
    for (const session of sessions) session.announceFeatures(level)
  })
  const isEnabled = (): boolean => featureLevel.current >= signalLevel
  const visible = async (users: readonly string[], viewer: string): Promise<readonly string[]> =>
    (await readModel.usersById(users, viewer)).map(({ id }) => id)
  const signals = createSignals({
    ...deps,
    memberCount: lookups.memberCount,
    signalRoles: lookups.signalRoles,
    visible,
    isEnabled,
  })
  const { held: onHeld, released: onReleased } = signals.presence
  const userSessions = createUserSessions({ fanOut, clock, metrics, releaseMs, onHeld, onReleased })
  const delivery = createDeliveryWatch(clock, metrics)
  const maxEarly = bounds.heldFrames
  const { sessionsOf } = userSessions
  const onRemoved = signals.watches.removed
  const onRightsChanged = signals.rights.changed
  const feeds = createRoomFeeds({
    fanOut,
    lookups,
    clock,
    metrics,
    pending,
    retryMs,
    maxEarly,
    delivery,
    releaseMs,
    sessionsOf,
    onRemoved,
    onRightsChanged,
  })
  const onErased = (user: string): void => {
    for (const session of sessions) if (session.user === user) session.close(closeCodes.erased)
  }
  const sweptParts = { readModel, feeds, userSessions, pending, lookUpOutcome, featureLevel, onErased }
  const sweep = createHeadSweep({ ...sweptParts, fanOut, clock, times, random })
  const sessionRooms: SessionRoomsDeps = {
    feeds,
    pending,
    followers: { page: lookups.page, clock, retryMs },
    pagesAtOnce: bounds.pagesPerSession,
    onFull: () => metrics.slowConsumers.inc(),
  }
  return { lookups, lookUpOutcome, pending, userSessions, delivery, feeds, featureLevel, sweep, sessionRooms, signals }
}

/** The parts that deliver events. */
export type Delivery = ReturnType<typeof createDelivery>
