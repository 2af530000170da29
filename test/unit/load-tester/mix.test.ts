import { describe, expect, it } from 'vitest'
import { ephemeralKindsOf, mixText, parseMix, pickKind } from '../../load/mix/mix.ts'
import { commandKinds } from '../../support/load/command-kinds.ts'
import { seededRandom } from '../../support/simulation/random.ts'

describe('A mix of commands', () => {
  it('has a share in percent for each kind that it names', () => {
    expect(parseMix('messages=90,reactions=7.5,edits=2.5')).toEqual({ messages: 90, reactions: 7.5, edits: 2.5 })
    expect(parseMix('messages=99.7,edits=0.1,deletes=0.1,pins=0.1')).toMatchObject({ messages: 99.7, pins: 0.1 })
  })

  it('is written as the text that gives the same mix', () => {
    for (const text of ['messages=100', 'reactions=8,messages=90,edits=2', 'messages=100,typing=auto,read=auto'])
      expect(mixText(parseMix(text))).toBe(text)
  })

  it('has no share for what users do beside the commands, which are messages only if no share is given', () => {
    expect(parseMix('messages=90,edits=10,read=auto,typing=auto')).toEqual({
      messages: 90,
      edits: 10,
      read: 'auto',
      typing: 'auto',
    })
    expect(parseMix('typing=auto')).toEqual({ messages: 100, typing: 'auto' })
    expect(ephemeralKindsOf(parseMix('messages=100,typing=auto,read=auto'))).toEqual(['read', 'typing'])
    expect(ephemeralKindsOf(parseMix('messages=100'))).toEqual([])
  })

  it.each([
    ['messages=100,read=5', 'read: "read=5" is not possible; write read=auto'],
    ['messages=100,typing', 'typing: "typing" is not possible; write typing=auto'],
    ['messages=100,typing=auto,typing=auto', 'typing: is given twice'],
    ['messages=90,likes=10', `"likes" is not one of ${commandKinds.join(', ')}, read, typing`],
    ['', '"" is not one of messages'],
    ['messages=90,toString=10', '"toString" is not one of messages'],
    ['messages=90,edits=many', 'edits: "edits=many" is not a share; write edits=10 for ten percent'],
    ['messages=90,edits', 'edits: "edits" is not a share'],
    ['messages=90,edits=5=5', 'edits: "edits=5=5" is not a share'],
    ['messages=110,edits=-10', 'edits: "edits=-10" is not a share'],
    ['messages=90,edits=5,edits=5', 'edits: is given twice'],
    ['messages=90,edits=5', 'the shares add up to 95; they must add up to 100'],
    ['messages=90,edits=90', 'the shares add up to 180; they must add up to 100'],
    ['reactions=100', 'messages: must be above 0, because all other kinds change messages'],
    ['messages=0,edits=100', 'messages: must be above 0'],
  ])('is refused with kind and reason: %s', (text, reason) => {
    expect(() => parseMix(text)).toThrow(reason)
  })

  it('draws each kind by its share', () => {
    const random = seededRandom(1)
    const mix = parseMix('messages=70,read=auto,reactions=20,typing=auto,pins=10')
    const drawn = Map.groupBy(
      Array.from({ length: 10_000 }, () => pickKind(mix, random)),
      (kind) => kind,
    )
    const shares = Object.fromEntries([...drawn].map(([kind, all]) => [kind, Math.round(all.length / 1_000)]))
    expect(shares).toEqual({ messages: 7, reactions: 2, pins: 1 })
  })
})
