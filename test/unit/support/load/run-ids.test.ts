import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foreign } from '../../../support/load/entry.ts'
import { intendedAt, runIds } from '../../../support/load/run-ids.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const number = fc.integer({ min: 1, max: 0xffff_fffe })
const tag = fc.integer({ min: 0, max: 2 ** 27 - 1 })

describe('The ids of a run', () => {
  it('contain their number and their time, to a quarter of a microsecond', () => {
    fc.assert(
      fc.property(tag, number, fc.double({ min: 0, max: 2e12, noNaN: true }), (ofRun, command, ms) => {
        const ids = runIds(ofRun, 0)
        const text = bytes(ids.command(command, ms))
        expect(ids.commandAt(text, 0)).toBe(command)
        expect(intendedAt(text, 0)).toBeGreaterThan(ms - 0.00_025)
        expect(intendedAt(text, 0)).toBeLessThanOrEqual(ms)
      }),
    )
  })

  it('are UUIDs of version 7', () => {
    const ids = runIds(2 ** 27 - 1, Date.now())
    for (const id of [ids.command(1, Date.now() + 0.5), ids.room(0xffff)])
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('distinguish rooms from commands, and this run from others', () => {
    const [ids, other] = [runIds(1, 0), runIds(2, 0)]
    expect(ids.roomAt(bytes(ids.room(9)), 0)).toBe(9)
    expect(ids.roomAt(bytes(ids.command(9, 0)), 0)).toBe(foreign)
    expect(ids.commandAt(bytes(ids.room(9)), 0)).toBe(foreign)
    expect(ids.commandAt(bytes(other.command(9, 0)), 0)).toBe(foreign)
    expect(ids.commandAt(bytes('no uuid at all'), 0)).toBe(foreign)
  })
})
