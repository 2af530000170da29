import { PublishError } from '../../../shared/ports/command-log.ts'
import type { EventPage, ReadEventPage } from '../../../shared/ports/event-pages.ts'
import type { StreamRecord } from '../../../shared/ports/event-stream.ts'
import { streamValueOf } from '../../../shared/records/stream-value.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { PacedWorkDeps } from '../moving/paced-work.ts'
import { createPacedWork } from '../moving/paced-work.ts'
import { readPatiently, StoppedError } from '../moving/send-commands.ts'
import type { ReplayProgress, ReplayScope, ReplayState } from './replay-state.ts'

/** The parts of a replay. */
export interface ReplayDeps extends PacedWorkDeps {
  readonly scope: ReplayScope
  readonly state: ReplayState
  readonly readPage: ReadEventPage
  /**
   * One attempt. Resolves, when all other records are durable, with the number of those that are too large for the topic;
   * rejects with `PublishError`.
   */
  readonly publish: (records: readonly StreamRecord[]) => Promise<number>
  readonly report: (progress: ReplayProgress) => void
}

const saveMs = 1_000
const retryMs = 500

const recordsOf = ({ events }: EventPage): readonly StreamRecord[] =>
  events.map((event) => ({ key: event.stream, value: streamValueOf(event), headers: {} }))

/** Publishes the records, again after each failure, until the topic has them. Nothing is published behind them before. */
const publishPatiently = async (
  records: readonly StreamRecord[],
  { publish, clock, signal }: Pick<ReplayDeps, 'publish' | 'clock' | 'signal'>,
): Promise<number> => {
  while (records.length > 0) {
    signal.throwIfAborted()
    try {
      return await publish(records)
    } catch (error) {
      if (!(error instanceof PublishError)) throw error
      await pause(clock, retryMs, signal)
    }
  }
  return 0
}

/** Publishes the events after a place. */
const replayPage = async (
  { place, events, tooLarge }: ReplayProgress,
  limit: number,
  deps: ReplayDeps,
): Promise<ReplayProgress> => {
  const { room, since } = deps.scope
  const request = { after: place, limit, isOneStream: room !== undefined, since }
  const page = await readPatiently(() => deps.readPage(request), deps)
  if (page.last === undefined) return { place, events, tooLarge, isComplete: true }
  const refused = await publishPatiently(recordsOf(page), deps)
  const published = page.events.length - refused
  return { place: page.last, events: events + published, tooLarge: tooLarge + refused, isComplete: false }
}

/**
 * Publishes stored events to the topic of a replay.
 *
 * Promises:  each event at least once, per stream in the order of seq, without content that was deleted before its page was
 *            read. Its place is saved once a second: a run after a kill publishes at most the events of a second again.
 *            Resolves when no event is left, or when the signal is aborted.
 * Does not:  follow events that are stored after their stream was read: `chat.events` has them.
 */
export const replayEvents = async (deps: ReplayDeps): Promise<ReplayProgress> => {
  const { state, signal, clock, report } = deps
  const paced = createPacedWork(deps)
  let progress = state.earlier
  let savedMs = clock.monotonicMs()
  const step = async (): Promise<ReplayProgress> => {
    const limit = await paced.size()
    const from = progress
    return paced.run(
      () => replayPage(from, limit, deps),
      ({ events }) => events - from.events,
    )
  }
  try {
    while (!progress.isComplete && !signal.aborted) {
      progress = await step()
      report(progress)
      if (clock.monotonicMs() - savedMs < saveMs) continue
      state.save(progress)
      savedMs = clock.monotonicMs()
    }
  } catch (error) {
    if (!(error instanceof StoppedError || signal.aborted)) throw error
  } finally {
    state.save(progress)
  }
  return progress
}
