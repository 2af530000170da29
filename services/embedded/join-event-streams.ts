import type { EventStream } from '../../shared/ports/event-stream.ts'

/** One event stream that publishes to all of these; undefined if there is none, so that the writer prepares no records. */
export const joinEventStreams = (streams: readonly EventStream[]): EventStream | undefined => {
  if (streams.length === 0) return undefined
  return {
    publish: async (records) => {
      await Promise.all(streams.map((stream) => stream.publish(records)))
    },
    close: async () => {
      await Promise.all(streams.map((stream) => stream.close()))
    },
  }
}
