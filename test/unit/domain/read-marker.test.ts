import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReadMarker } from '../../../shared/domain/read-marker.ts'
import { laterMarker } from '../../../shared/domain/read-marker.ts'

const marker = fc.record({ gen: fc.nat(3), seq: fc.nat(5) })
const merged = (markers: readonly ReadMarker[]): ReadMarker => markers.reduce(laterMarker)

describe('Read markers', () => {
  it('merge to the same marker in any order, however often each is merged', () => {
    fc.assert(
      fc.property(fc.array(marker, { minLength: 1 }), fc.array(fc.nat()), (markers, picks) => {
        const repeated = [...picks.map((pick) => markers[pick % markers.length] as ReadMarker), ...markers].toReversed()
        expect(merged(repeated)).toEqual(merged(markers))
      }),
    )
  })

  it('go back only by a greater generation', () => {
    fc.assert(
      fc.property(marker, marker, (one, other) => {
        const later = laterMarker(one, other)
        expect(later.gen > one.gen || (later.gen === one.gen && later.seq >= one.seq)).toBe(true)
      }),
    )
  })
})
