import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameReader } from '../../../services/gateway/requests/frame-reader.ts'
import { errorFrame } from '../../../shared/protocol/answers.ts'
import { requestExamples } from '../../../shared/protocol/examples.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { requestEvents } from '../../../shared/protocol/requests.ts'
import { disturbed, fuzzRuns, mutated } from './alterations.ts'

const read = createFrameReader(defaultLimits)
const runs = { numRuns: fuzzRuns(2_000) }
const slow = 600_000

/** Checks the result of reading arbitrary text: an error answer, or a valid request. */
const isReadWell = (text: string): void => {
  const frame = read(text)
  if ('error' in frame) {
    const answer = {
      event: frame.ref.event,
      ...(frame.ref.id === undefined ? {} : { id: frame.ref.id }),
      error: frame.error,
    }
    expect(errorFrame.safeParse(answer).error).toBeUndefined()
    expect(JSON.stringify(answer).length).toBeLessThan(2_000)
    expect(frame.error.details).toMatchObject({ field: expect.any(String), reason: expect.any(String) })
    return
  }
  // An accepted request is accepted again with the same meaning. Compared as text, in which −0 is 0.
  const again = JSON.stringify(frame.request)
  expect(JSON.stringify(read(again))).toBe(`{"request":${again}}`)
}

describe('Reading arbitrary requests', () => {
  it.each(requestEvents)('%s with any body is refused with field and reason unless valid', { timeout: slow }, (event) => {
    const envelope = fc.record(
      { id: fc.jsonValue(), as: fc.jsonValue(), room: fc.jsonValue(), body: fc.jsonValue() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(envelope, (rest) => isReadWell(JSON.stringify({ ...rest, event }))),
      runs,
    )
  })

  it.each(requestEvents)(
    '%s with one changed value is refused with field and reason unless valid',
    { timeout: slow },
    (event) => {
      fc.assert(
        fc.property(disturbed(requestExamples[event]), (frame) => isReadWell(JSON.stringify(frame) ?? '')),
        runs,
      )
    },
  )

  it.each(requestEvents)('%s with changed bytes is refused with field and reason unless valid', { timeout: slow }, (event) => {
    const valid = fc.constant(Buffer.from(JSON.stringify(requestExamples[event])))
    fc.assert(
      fc.property(mutated(valid), (bytes) => isReadWell(bytes.toString())),
      runs,
    )
  })

  it('reads −0 as 0', () => {
    isReadWell(JSON.stringify(requestExamples['list-messages']).replace(/"before":\d+/, '"before":-0'))
  })

  it('any text is refused with field and reason unless valid', { timeout: slow }, () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), isReadWell), runs)
  })

  it('does not change the prototypes of objects', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).toSorted()
    const keys = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty')
    const inner = fc.dictionary(keys, fc.constantFrom(null, 1, 'polluted'))
    const trap = fc.dictionary(keys, fc.oneof(inner, fc.constantFrom(null, 1, 'polluted')))
    const frame = fc.tuple(fc.constantFrom(...requestEvents, '__proto__', 'constructor'), trap)
    fc.assert(
      fc.property(frame, ([event, body]) => void read(JSON.stringify({ event, body }))),
      runs,
    )
    expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(before)
  })
})

/** CPU time of this thread in milliseconds; unlike wall-clock time it excludes other work on the machine. */
const costMs = (work: () => void): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

describe('Reading the most expensive frames', () => {
  const worst: readonly (readonly [string, string])[] = [
    ['lists in lists', `{"event":"ping","body":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
    ['objects in objects', `{"event":"ping","body":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`],
    ['keys', `{"event":"ping","body":{${Array.from({ length: 6_000 }, (_, n) => `"k${n}":0`).join(',')}}}`],
    ['keys of one hash', `{"event":"ping","body":{${Array.from({ length: 6_000 }, (_, n) => `"${n}":0`).join(',')}}}`],
    ['users', `{"event":"get-users","body":{"users":[${Array.from({ length: 1_600 }, () => `"${'0'.repeat(36)}"`).join(',')}]}}`],
    [
      'rooms',
      `{"event":"resume","body":{"rooms":{${Array.from({ length: 1_500 }, (_, n) => `"${String(n).padStart(36, '0')}":1`).join(',')}}}}`,
    ],
    ['digits', `{"event":"resume","body":{"rooms":{},"max":${'9'.repeat(65_000)}}}`],
    ['a type of one letter', `{"event":"new-message","room":"x","body":{"msg":"x","type":"${'a'.repeat(60_000)}!"}}`],
    ['a time of digits', `{"event":"list-messages","body":{"chat":{"id":"x"},"query":{"from":"${'1'.repeat(60_000)}"}}}`],
    ['half characters', `{"event":"new-message","room":"x","body":{"msg":"${'\\ud800'.repeat(10_000)}","type":"t"}}`],
  ]

  it.each(worst)('takes less than 50 ms of CPU time: %s', (_, text) => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(defaultLimits.frameBytes)
    read(text)
    const costs = Array.from({ length: 5 }, () => costMs(() => void read(text)))
    expect(Math.min(...costs)).toBeLessThan(50)
  })
})
