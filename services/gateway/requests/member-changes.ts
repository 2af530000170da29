import { laterMarker } from '../../../shared/domain/read-marker.ts'
import type { Clock } from '../../../shared/ports/clock.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type {
  MarkerChange,
  MemberMarkers,
  MemberSettings,
  MemberStates,
  SettingsChange,
  ThreadMarkerChange,
  ThreadMarkers,
} from '../../../shared/ports/member-state.ts'
import { batcher } from '../../../shared/runtime/async/batcher.ts'
import { createCoalescer } from '../../../shared/runtime/async/coalescer.ts'
import type { Bounds } from '../../../shared/runtime/config/bounds.ts'
import type { Times } from '../../../shared/runtime/config/times.ts'
import type { Metrics } from '../../../shared/runtime/observability/metrics.ts'

/** The stored markers of a member after they have moved. */
export interface MovedMarkers extends Pick<MemberMarkers, 'read' | 'delivered'> {
  readonly room: string
  readonly user: string
}

/**
 * Writes the state of members, in few statements.
 *
 * Promises:  markers of one room and user that wait are one value. One statement
 *            with markers is in flight, and statements begin at least
 *            `memberStateFlushMs` apart, except for the parts of a large one.
 *            While nothing waits, a marker is written at once. A call resolves
 *            when its change is stored; undefined: not a member. Rejects with
 *            `StoreError`.
 * Does not:  survive the process: the markers that wait are lost when it is
 *            killed, and clients send them again.
 */
export interface MemberChanges {
  mark(change: MarkerChange): Promise<MemberMarkers | undefined>
  /** An own message is confirmed. The marker is raised later, without a count of unread messages; a failed statement is repeated. */
  posted(room: string, user: string, seq: number): void
  /** The same for the marker in a thread; undefined: not a member, or no such thread. */
  markThread(change: ThreadMarkerChange): Promise<ThreadMarkers | undefined>
  configure(change: SettingsChange): Promise<MemberSettings | undefined>
  /**
   * Calls the listener after each statement, once for each member whose markers it has moved; not for a marker that only
   * an own message has raised, because every client sees the message.
   */
  onMoved(listener: (moved: MovedMarkers) => void): void
  /** Writes what waits. */
  drain(): Promise<void>
}

/** The store, and how often it is written. */
export interface MemberChangesDeps {
  readonly memberStates: MemberStates
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'memberStateFlushed' | 'memberStateFlushSeconds'>
  readonly times: Pick<Times, 'memberStateFlushMs'>
  readonly bounds: Pick<Bounds, 'lookupItems' | 'pendingPerGateway'>
}

const greater = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)

/** The change that has the effect of both, in any order. */
const mergeMarkers = (one: MarkerChange, other: MarkerChange): MarkerChange => ({
  ...one,
  read: one.read === undefined || other.read === undefined ? (one.read ?? other.read) : laterMarker(one.read, other.read),
  posted: greater(one.posted, other.posted),
  delivered: greater(one.delivered, other.delivered),
  withoutResult: one.withoutResult && other.withoutResult,
})

const keyOf = ({ room, user }: Pick<MarkerChange, 'room' | 'user'>): string => `${room} ${user}`

/** One change per member: of two values for a setting, the later one. */
const mergeSettings = (changes: readonly SettingsChange[]): readonly SettingsChange[] => {
  const byKey = new Map<string, SettingsChange>()
  for (const change of changes) {
    const before = byKey.get(keyOf(change))
    const { mutedUntil = before?.mutedUntil, isHidden = before?.isHidden } = change
    byKey.set(keyOf(change), { ...change, mutedUntil, isHidden })
  }
  return [...byKey.values()]
}

export const createMemberChanges = (deps: MemberChangesDeps): MemberChanges => {
  const { memberStates, clock, metrics, times, bounds } = deps
  const listeners: ((moved: MovedMarkers) => void)[] = []

  const flush = async (changes: readonly MarkerChange[]): Promise<readonly (MemberMarkers | undefined)[]> => {
    const startedMs = clock.monotonicMs()
    const results = await memberStates.mark(changes)
    metrics.memberStateFlushSeconds.observe((clock.monotonicMs() - startedMs) / 1_000)
    metrics.memberStateFlushed.inc(changes.length)
    for (const [index, { room, user, read, delivered }] of changes.entries()) {
      const result = results[index]
      if (result?.hasMoved !== true || (read === undefined && delivered === undefined)) continue
      for (const listener of listeners) listener({ room, user, read: result.read, delivered: result.delivered })
    }
    return results
  }

  const marks = createCoalescer<MarkerChange, MemberMarkers | undefined>({
    clock,
    merge: mergeMarkers,
    run: flush,
    maxItems: bounds.lookupItems,
    intervalMs: times.memberStateFlushMs,
  })

  const flushThreads = async (changes: readonly ThreadMarkerChange[]): Promise<readonly (ThreadMarkers | undefined)[]> => {
    const results = await memberStates.markThreads(changes)
    metrics.memberStateFlushed.inc(changes.length)
    return results
  }

  const threads = createCoalescer<ThreadMarkerChange, ThreadMarkers | undefined>({
    clock,
    merge: (one, other) => ({ ...one, read: laterMarker(one.read, other.read) }),
    run: flushThreads,
    maxItems: bounds.lookupItems,
    intervalMs: times.memberStateFlushMs,
  })

  const configure = batcher<SettingsChange, MemberSettings | undefined>({
    maxItems: bounds.lookupItems,
    run: async (changes) => {
      const merged = mergeSettings(changes)
      const results = await memberStates.configure(merged)
      const byKey = new Map(merged.map((change, index) => [keyOf(change), results[index]]))
      return changes.map((change) => byKey.get(keyOf(change)))
    },
  })

  const isFull = (): boolean => marks.size + threads.size >= bounds.pendingPerGateway

  return {
    mark: async (change) => {
      if (isFull()) throw new StoreError('unavailable', 'too many markers wait')
      return marks.ask(keyOf(change), change)
    },
    posted: (room, user, seq) => {
      if (!isFull()) marks.add(keyOf({ room, user }), { room, user, posted: seq, withoutResult: true })
    },
    markThread: async (change) => {
      if (isFull()) throw new StoreError('unavailable', 'too many markers wait')
      return threads.ask(`${keyOf(change)} ${change.thread}`, change)
    },
    configure,
    onMoved: (listener) => void listeners.push(listener),
    drain: async () => void (await Promise.all([marks.drain(), threads.drain()])),
  }
}
