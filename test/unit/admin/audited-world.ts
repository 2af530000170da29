import { compareStreams } from '../../../services/admin/audit/audit.ts'
import type { EventRecord } from '../../../services/admin/audit/event-seq.ts'
import { createFindings } from '../../../services/admin/audit/findings.ts'
import { createStreamTally } from '../../../services/admin/audit/stream-tally.ts'
import type { StoreSlice } from '../../../services/admin/audit/verify-deps.ts'
import type { Clock } from '../../../shared/ports/clock.ts'

export const record = (key: string, seq: number): EventRecord => ({
  key,
  value: `{"v":1,"event":"new-message","room":"${key}","seq":${seq},"body":{}}`,
})

/** A clock that advances with each timer, without waiting. */
const steppingClock = () => {
  let nowMs = 0
  const advance = (ms: number): void => {
    nowMs += ms
  }
  const after: Clock['after'] = (ms, run) => {
    advance(ms)
    queueMicrotask(run)
    return { cancel: () => undefined }
  }
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, after }
  return { clock, advance }
}

/** A store and an event stream in memory, and an audit in watch mode. */
/** `retentionMs`: that of the event stream; −1: for ever. */
export const auditedWorld = (streamsPerPass = 1_000, retentionMs = -1) => {
  const { clock, advance } = steppingClock()
  const tally = createStreamTally()
  const storedAt = new Map<string, number[]>()
  const topic: EventRecord[] = []
  let reads = 0
  let beforeRead = (): void => undefined
  const walked: string[][] = []

  const sliceOf = (streams: readonly string[]): StoreSlice => ({
    orphans: [],
    summaries: streams.flatMap((stream) => {
      const head = storedAt.get(stream)?.length ?? 0
      const counts = {
        first: 1,
        head,
        events: head,
        messages: head,
        messageRows: head,
        numbered: head,
        lastNumber: head,
        redacted: 0,
        ofDeleted: 0,
        chatHead: head,
      }
      return head === 0 ? [] : [{ stream, kind: 'chat' as const, ...counts, memberCount: 1, memberRows: 1 }]
    }),
  })

  const publish = (...records: readonly EventRecord[]): void => {
    for (const each of records) {
      topic.push(each)
      tally.see(each)
    }
  }
  const store = (stream: string, count = 1): void => {
    const times = storedAt.get(stream) ?? []
    storedAt.set(stream, [...times, ...Array.from({ length: count }, () => clock.monotonicMs())])
  }

  const ports = {
    clock,
    caughtUp: async () => undefined,
    readSummaries: async (onSlice: (slice: StoreSlice) => void | Promise<void>, streams?: readonly string[]) => {
      const all = [...(streams ?? storedAt.keys())]
      walked.push(all)
      for (const stream of all) await onSlice(sliceOf([stream]))
    },
    readEvents: async (onRecord: (each: EventRecord) => void) => {
      reads += 1
      beforeRead()
      for (const each of topic) onRecord(each)
    },
    eventRetentionMs: async () => retentionMs,
    ages: async (events: readonly { readonly stream: string; readonly seq: number }[]) =>
      events.flatMap(({ stream, seq }) => {
        const at = storedAt.get(stream)?.[seq - 1]
        return at === undefined ? [] : [{ stream, seq, ageMs: clock.monotonicMs() - at }]
      }),
  }

  return {
    tally,
    topic,
    store,
    publish,
    walked,
    reads: () => reads,
    /** Calls this function before each read of the event stream. */
    onRead: (act: () => void): void => {
      beforeRead = act
    },
    /** Stores the next event of the stream and publishes it. */
    post: (stream: string): void => {
      store(stream)
      publish(record(stream, storedAt.get(stream)?.length ?? 0))
    },
    /** Deletes the records that are older than the retention, as the brokers do. */
    expire: (stream: string, upTo: number): void => {
      const kept = topic.filter((each) => each.key !== stream || Number(/"seq":(\d+)/.exec(each.value)?.[1]) > upTo)
      topic.splice(0, topic.length, ...kept)
    },
    advance,
    /** Runs a round of the audit, 30 seconds after the last one. */
    round: async (isFull = false) => {
      advance(30_000)
      const findings = createFindings()
      const { records } = await compareStreams(ports, tally, findings, { isFull, streamsPerPass })
      advance(1)
      return {
        records,
        found: findings.first.map(({ fault, where, what }) => `${fault}: ${where}: ${what}`),
      }
    },
  }
}
