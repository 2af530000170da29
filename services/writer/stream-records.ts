import type { StreamRecord } from '../../shared/ports/event-stream.ts'
import { recordHeaders } from '../../shared/records/record-headers.ts'
import type { FramedEvent } from './framed-events.ts'

/** The events for everyone else: the frame, with the version at its head. */
export const streamRecords = (streams: ReadonlyMap<string, readonly FramedEvent[]>): readonly StreamRecord[] =>
  [...streams].flatMap(([key, framed]) =>
    framed.map(({ event, frame, traceparent }) => ({
      key,
      value: `{"v":${event.v},${frame.slice(1)}`,
      headers: traceparent === undefined ? {} : { [recordHeaders.traceparent]: traceparent },
    })),
  )
