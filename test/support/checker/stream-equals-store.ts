import { crc32 } from 'node:zlib'
import { foreign } from '../load/entry.ts'
import { frameReader } from '../load/frame-view.ts'
import type { RunIds } from '../load/run-ids.ts'
import type { TopicRecord } from './event-topic.ts'
import type { Findings } from './judge.ts'
import { createFindings } from './judge.ts'
import type { Truth } from './truth.ts'

const version = '{"v":1,'

/**
 * Checks that `chat.events` has every event of every room, 1 … n, byte for byte
 * as stored, with first appearances in order. Repetitions are allowed. What was
 * published of a deleted message may be unknown, because the store has no content of it.
 */
export const streamEqualsStore = (records: Iterable<TopicRecord>, truth: Truth, ids: RunIds): Findings => {
  const findings = createFindings()
  const read = frameReader(ids)
  const last = new Map<number, number>()

  for (const { value } of records) {
    const text = Buffer.from(`{${value.slice(version.length)}`)
    const view = value.startsWith(version) ? read(text) : undefined
    if (view?.kind !== 'feed' || view.room === foreign) continue
    const { room, seq } = view
    const before = last.get(room) ?? 0
    if (seq > before + 1) findings.add(`chat.events, room ${room}: ${seq} after ${before}`)
    const stored = truth.rooms.get(room)
    const isUnknown = stored?.crcAt(seq) === undefined && stored?.redactionOf(seq) !== undefined
    const forms = [stored?.crcAt(seq), stored?.redactionOf(seq)?.crc]
    if (!isUnknown && !forms.includes(crc32(text.subarray(view.commonFrom))))
      findings.add(`chat.events, room ${room}: ${seq} differs from the stored event`)
    last.set(room, Math.max(before, seq))
  }
  for (const [room, { head }] of truth.rooms)
    if ((last.get(room) ?? 0) < head) findings.add(`chat.events, room ${room}: ends at ${last.get(room) ?? 0} of ${head}`)
  return findings
}
