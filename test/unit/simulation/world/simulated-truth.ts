import { feedFrameText } from '../../../../shared/frames/room-event-frame.ts'
import { isRoomEvent } from '../../../../shared/records/stored-event.ts'
import type { Truth } from '../../../support/checker/truth.ts'
import { truthBuilder } from '../../../support/checker/truth-builder.ts'
import { simulatedIds } from './simulated-ids.ts'
import type { CommittedEvent } from './simulated-store.ts'

/** The resolution of a history: times are compared with those of its entries. */
const tenthOf = (startMs: number, ms: number): number => startMs + Math.round((ms - startMs) * 10) / 10

/** The stored rooms of a simulation that began at `startMs`. */
export const simulatedTruth = (
  committed: readonly CommittedEvent[],
  startMs: number,
  userOf: ReadonlyMap<string, number>,
): Truth => {
  const builder = truthBuilder(simulatedIds, userOf)
  for (const { event, atMs } of committed)
    if (isRoomEvent(event)) builder.add(feedFrameText(event.name, event.stream, event.seq, event.data), tenthOf(startMs, atMs))
  return builder.build()
}
