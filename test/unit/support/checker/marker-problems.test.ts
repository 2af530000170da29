import { describe, expect, it } from 'vitest'
import type { MarkerRun, ObservedMarker } from '../../../support/checker/marker-problems.ts'
import { markerProblems } from '../../../support/checker/marker-problems.ts'
import type { CountedEvent } from '../../../support/checker/unread-recount.ts'
import { recountUnread } from '../../../support/checker/unread-recount.ts'

const [room, bob] = ['room', 'bob']
const posted = (seq: number, more: object = {}): CountedEvent => ({ seq, event: 'new-message', body: { id: `m${seq}`, ...more } })
const changed = (seq: number, event: string, id: string, more: object = {}): CountedEvent => ({
  seq,
  event,
  body: { message: { id, ...more } },
})

const events: readonly CountedEvent[] = [
  { seq: 1, event: 'create-chat', body: { chat: { users: ['ann', bob] } } },
  posted(2, { mentions: [bob] }),
  posted(3),
  posted(4, { mentions: 'all' }),
  changed(5, 'edit-message', 'm3', { mentions: [bob] }),
  changed(6, 'delete-message', 'm2'),
  posted(7),
]

const right: ObservedMarker = { room, user: bob, read: { gen: 1, seq: 2 }, unread: 3, mentions: 2, asOf: 7 }
const run = (more: Partial<MarkerRun> = {}): MarkerRun => ({
  events: new Map([[room, events]]),
  observed: [right],
  sent: [{ room, user: bob, read: { gen: 1, seq: 2 } }],
  stored: [{ room, user: bob, read: { gen: 1, seq: 2 } }],
  ...more,
})

describe('The recount of unread messages', () => {
  it.each([
    [0, 7, { unread: 3, mentions: 2 }],
    [0, 4, { unread: 3, mentions: 2 }],
    [2, 5, { unread: 2, mentions: 2 }],
    [4, 7, { unread: 1, mentions: 0 }],
    [7, 7, { unread: 0, mentions: 0 }],
  ])('after %d as of %d follows posts, edits and deletions', (after, asOf, expected) => {
    expect(recountUnread(events, bob, after, asOf)).toEqual(expected)
  })
})

describe('The checker of read markers', () => {
  it('accepts a run that keeps every rule', () => {
    expect(markerProblems(run())).toEqual([])
  })

  it.each<[string, Partial<MarkerRun>, RegExp]>([
    ['a wrong number of unread messages', { observed: [{ ...right, unread: 4 }] }, /J2.*4 unread/],
    ['a wrong number of mentions', { observed: [{ ...right, mentions: 1 }] }, /J2.*1 mentions/],
    ['a marker beyond the room', { observed: [{ ...right, read: { gen: 1, seq: 8 }, unread: 0, mentions: 0 }] }, /J3.*beyond/],
    ['a generation that nobody sent', { sent: [] }, /J3.*no marker 1:2 was sent/],
    [
      'an answer without the marker of its request',
      { observed: [{ ...right, sent: { gen: 1, seq: 3 } }] },
      /1:3 was answered with 1:2/,
    ],
    [
      'a confirmed marker that went back later',
      { observed: [{ ...right, sent: { gen: 1, seq: 2 } }], stored: [{ room, user: bob, read: { gen: 1, seq: 1 } }] },
      /1:2 was confirmed, but the last marker is 1:1/,
    ],
    [
      'a stored marker of a non-member',
      { stored: [{ room, user: 'eve', read: { gen: 0, seq: 1 } }] },
      /eve, who never was a member/,
    ],
    [
      'a stored marker beyond the room',
      { stored: [{ room, user: bob, read: { gen: 1, seq: 9 } }] },
      /stored marker 1:9 is beyond/,
    ],
  ])('reports %s', (_what, more, problem) => {
    expect(markerProblems(run(more)).join()).toMatch(problem)
  })
})
