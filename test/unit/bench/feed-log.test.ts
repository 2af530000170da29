import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Checks } from '../../bench/load/feed-log.ts'
import { createFeedLog } from '../../bench/load/feed-log.ts'
import { createTally } from '../../bench/load/tally.ts'
import type { FrameView } from '../../support/load/frame-view.ts'

const text = Buffer.from('{"the common part"}')
const frame = (seq: number, event: FrameView['event'] = 'new-message'): FrameView => ({
  kind: 'feed',
  event,
  operation: 0,
  room: 1,
  seq,
  command: seq,
  intendedMs: 5,
  commonFrom: 1,
})

const logOf = (checks: Checks, isOrdered = true) => {
  const problems: string[] = []
  const log = createFeedLog({ checksOf: () => checks, isOrdered, onProblem: (problem) => problems.push(problem) })
  return { problems, log, receive: (...seqs: number[]) => seqs.map((seq) => log.note(0, frame(seq), text)) }
}

describe('The feed log of a benchmark', () => {
  it('reports a lost, a repeated and a reordered event', () => {
    for (const seqs of [
      [3, 5],
      [3, 3],
      [3, 4, 3],
    ]) {
      const { problems, receive } = logOf('order')
      receive(...seqs)
      expect(problems, seqs.join()).toHaveLength(1)
    }
  })

  it('counts messages, and takes the CRC of their bytes for users whose bytes are checked', () => {
    const { problems, log, receive } = logOf('bytes')
    log.note(0, frame(1, 'create-chat'), text)
    receive(2, 3)
    const common = text.subarray(1)
    expect(log.feed(0, 1)).toEqual({ messages: 2, last: 3, crc: crc32(common, crc32(common)) })
    expect(log.feed(1, 1)).toEqual({ messages: 0, last: 0, crc: 0 })
    expect(problems).toEqual([])
  })

  it('accepts any order from a service without order', () => {
    const { problems, log, receive } = logOf('order', false)
    receive(7, 3, 9)
    expect(problems).toEqual([])
    expect(log.feed(0, 1)).toEqual({ messages: 3, last: 0, crc: 0 })
  })
})

describe('The tally of a benchmark', () => {
  it('is complete when each message is confirmed and delivered to every member, or refused', () => {
    let skimmed = 0
    const tally = createTally({ membersOf: () => 2, skimmed: () => skimmed })
    tally.addSent(1, 2, true)
    tally.confirm(5)
    tally.deliver(5)
    tally.refuse(1)
    expect(tally.isComplete).toBe(false)
    skimmed = 1
    expect(tally.isComplete).toBe(true)
    expect(tally.sentTo(1)).toBe(1)
    tally.deliver(5)
    expect(tally.isComplete).toBe(false)
  })

  it('measures only messages that are due after the window begins', () => {
    let skimmed = 10
    const tally = createTally({ membersOf: () => 1, skimmed: () => skimmed })
    tally.beginWindow()
    const due = performance.timeOrigin + performance.now()
    for (const intendedMs of [due - 1_000, due + 1]) {
      tally.confirm(intendedMs)
      tally.deliver(intendedMs)
    }
    skimmed = 13
    expect(tally.endWindow()).toMatchObject({ confirmed: 1, deliveries: 4, stored: { count: 1 }, received: { count: 1 } })
  })
})
