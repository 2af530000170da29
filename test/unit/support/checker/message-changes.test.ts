import { describe, expect, it } from 'vitest'
import { checkRun } from '../../../support/checker/check.ts'
import type { Truth } from '../../../support/checker/truth.ts'
import type { MadeHistory } from './made-run.ts'
import {
  crcOf,
  frameOf,
  listedOf,
  madeBuilder,
  madeHistory,
  madeTruth,
  messageOf,
  tombstone,
  tombstoneFrame,
} from './made-run.ts'

const violated = (made: MadeHistory, truth: Truth): string[] =>
  Object.entries(checkRun([made.history], truth)).flatMap(([name, { count }]) => (count > 0 ? [name] : []))

const posted = { created: [1, 2] }
const changed = (): Truth =>
  madeTruth([
    posted,
    { message: 1 },
    { message: 2, thread: 1 },
    { edited: 1, command: 3 },
    { reacted: 1, command: 4, by: 2, count: 1 },
    { pinned: 1, command: 5 },
    { deleted: 2, thread: 1, command: 6 },
  ])
const commands = [1, 2, 3, 4, 5, 6] as const

/** User 1 sends every command of the room, and both users receive every event. */
const sent = (truth: Truth, { seqs = [1, 2, 3, 4, 5, 6, 7] }: { readonly seqs?: readonly number[] } = {}): MadeHistory => {
  const made = madeHistory().opened(1, 1).opened(2, 2).created(1)
  for (const command of commands) made.invoked(command === 4 ? 2 : 1, command)
  made.saw(1, truth, ...seqs).saw(2, truth, ...seqs)
  return made.entry({ kind: 'ok', event: 'delete-message', socket: 1, command: 6, operation: 6, seq: 7 })
}

const edited = messageOf(1, { msg: 'edited', modified_at: '2026-01-01T00:00:00.001Z' })
const page = { kind: 'page', operation: 50, user: 1 } as const
const replies = { count: 0, last_seq: 3 }
const parts = { reactions: { '👍': 1 }, replies, pinned: true }
const frameOfMessage2 = frameOf({ message: 2, thread: 1 }, 1, 3)
const goneCrc = changed().rooms.get(1)?.redactionOf(3)?.crc ?? 0

describe('The checker of messages that change', () => {
  it('reports nothing about a right run with edits, deletions, reactions, replies and pins', () => {
    const truth = changed()
    const made = sent(truth).entry({ ...page, seq: 7 })
    made.entry({ ...page, ...listedOf(2, edited, parts) })
    made.entry({ ...page, ...listedOf(3, tombstone(2, 1)) })
    expect(truth.flaws.J5).toEqual([])
    expect(violated(made, truth)).toEqual([])
  })

  it('accepts the event of a deleted message with and without its content', () => {
    const truth = changed()
    const made = sent(truth).opened(3, 2, 1).saw(3, truth, 2)
    made.entry({ kind: 'frame', event: 'new-message', socket: 3, seq: 3, command: 2, crc: goneCrc })
    made.saw(3, truth, 4, 5, 6, 7).resumed(3, 7)
    expect(crcOf(frameOfMessage2)).toBe(truth.rooms.get(1)?.crcAt(3))
    expect(violated(made, truth)).toEqual([])
  })

  it('does not know the former content of a message that the store has only as deleted', () => {
    const builder = madeBuilder()
    builder.add(frameOf(posted, 1, 1))
    builder.add(tombstoneFrame(1, 2))
    builder.add(frameOf({ deleted: 1, command: 2 }, 1, 3))
    const room = builder.build().rooms.get(1)
    expect(room?.crcAt(2)).toBeUndefined()
    expect(room?.listedCrc(2, { asOf: 2 })).toBeUndefined()
    expect(room?.redactionOf(2)).toEqual({ by: 3, crc: crcOf(tombstoneFrame(1, 2)) })
    expect(room?.listedCrc(2)).toBe(listedOf(2, tombstone(1)).crc)
  })
})

describe('The checker reports a violation of J1, lists agree with the events,', () => {
  const listing = (seq: number, listed: ReturnType<typeof listedOf>): string[] => {
    const truth = changed()
    return violated(
      sent(truth)
        .entry({ ...page, seq })
        .entry({ ...page, ...listed }),
      truth,
    )
  }

  it.each([
    ['the text before an edit', 7, listedOf(2, messageOf(1), parts)],
    ['the text of a deleted message', 7, listedOf(3, messageOf(2))],
    ['another count of a reaction', 7, listedOf(2, edited, { ...parts, reactions: { '👍': 2 } })],
    ['no reaction', 7, listedOf(2, edited, { replies, pinned: true })],
    ['a reaction of the reader that another user has set', 7, listedOf(2, edited, { ...parts, my_reactions: ['👍'] })],
    ['another number of replies', 7, listedOf(2, edited, { ...parts, replies: { count: 1, last_seq: 3 } })],
    ['no pin', 7, listedOf(2, edited, { reactions: { '👍': 1 }, replies })],
    ['an edit before its `as_of`', 3, listedOf(2, edited, { replies: { count: 1, last_seq: 3 } })],
    ['a message after its `as_of`', 2, listedOf(3, messageOf(2))],
  ])('if a list shows %s', (_, asOf, listed) => {
    expect(listing(asOf, listed)).toEqual(['J1'])
  })

  it('if a list shows the message of another seq', () => {
    const truth = changed()
    expect(violated(sent(truth).entry({ ...page, ...listedOf(2, messageOf(2)) }), truth)).toEqual(['J1'])
  })

  it('if a list is as of an event that the room does not have', () => {
    const truth = changed()
    expect(violated(sent(truth).entry({ ...page, seq: 8 }), truth)).toEqual(['J1'])
  })
})

describe('The checker on J1b, a deleted text is gone,', () => {
  it('reports a later socket that receives the text', () => {
    const truth = changed()
    const made = sent(truth).opened(3, 2, 1).saw(3, truth, 2, 3, 4, 5, 6, 7).resumed(3, 7)
    expect(violated(made, truth)).toEqual(['J1b'])
  })

  it('reports a later resume of the same socket that replays the text', () => {
    const truth = changed()
    const made = sent(truth).resuming(2, 1).saw(2, truth, 2, 3, 4, 5, 6, 7).resumed(2, 7)
    expect(violated(made, truth)).toEqual(['J1b'])
  })

  it('reports a later list that does not include the deletion', () => {
    const truth = changed()
    const made = sent(truth).entry({ kind: 'invoked', event: 'list-messages', operation: 50, socket: 1 })
    made.entry({ ...page, seq: 3 }).entry({ ...page, ...listedOf(3, messageOf(2, { thread: messageIdOf(1) })) })
    expect(violated(made, truth)).toEqual(['J1b'])
  })

  it('accepts a resume that began before the deletion', () => {
    const truth = changed()
    const made = madeHistory().opened(1, 1).opened(2, 2).created(1)
    for (const command of commands) made.invoked(command === 4 ? 2 : 1, command)
    made.saw(1, truth, 1, 2, 3, 4, 5, 6).saw(2, truth, 1, 2, 3).resuming(2, 1).saw(1, truth, 7)
    made.saw(2, truth, 2, 3, 4, 5, 6, 7).resumed(2, 7)
    expect(violated(made, truth)).toEqual([])
  })
})

const messageIdOf = (command: number): string => (messageOf(command) as { readonly id: string }).id

describe('The checker reports a violation of J2, counts agree with a recount,', () => {
  it('if the count of a reaction is that of events and not of users', () => {
    const twice = madeTruth([posted, { message: 1 }, { reacted: 1, command: 2, count: 1 }, { reacted: 1, command: 3, count: 2 }])
    expect(twice.flaws.J2).toEqual(['room 1: 4 counts 2 users of 👍, and 1 have set it'])
  })
})

describe('The checker reports a violation of J5, only permitted events,', () => {
  it.each([
    ['an edit of the words of another', { edited: 1, command: 2, by: 2 }],
    ['a deletion by a member who is neither author nor creator', { deleted: 1, command: 2, by: 2 }],
    ['a pin by a member who is not the creator', { pinned: 1, command: 2, by: 2 }],
    ['a reaction by a user who is not a member', { reacted: 1, command: 2, by: 3, count: 1 }],
    ['a message by a user who is not a member', { message: 2, by: 3 }],
    ['a reaction to a message that does not exist', { reacted: 7, command: 2, count: 1 }],
  ])('if the room has %s', (_, event) => {
    expect(madeTruth([posted, { message: 1 }, event]).flaws.J5).toHaveLength(1)
  })

  it('if a message is edited after its deletion', () => {
    const truth = madeTruth([posted, { message: 1 }, { deleted: 1, command: 2 }, { edited: 1, command: 3 }])
    expect(truth.flaws.J5).toHaveLength(1)
  })
})
