import { describe, expect, it } from 'vitest'
import type { InvariantName } from '../../../support/checker/check.ts'
import { checkRun, defaultTerms, judgeRun } from '../../../support/checker/check.ts'
import type { Truth } from '../../../support/checker/truth.ts'
import { forgeriesAreTakenBack } from '../../simulation/rooms/judge-forgeries.ts'
import { ownFramesConfirm } from '../../simulation/rooms/judge-own-frames.ts'
import type { MadeHistory } from './made-run.ts'
import { madeHistory, madeTruth } from './made-run.ts'

const terms = { ...defaultTerms, isOneClock: true }

const says = (name: InvariantName, made: MadeHistory, truth: Truth): string =>
  checkRun([made.history], truth, terms)[name].examples.join('; ')

/** Commits 100 ms apart: user 2 is removed at 300 ms and added again at 500 ms. */
const timed = (): Truth =>
  madeTruth([
    { created: [1, 2], storedMs: 100 },
    { message: 1, storedMs: 200 },
    { removed: [2], command: 2, storedMs: 300 },
    { message: 3, storedMs: 400 },
    { added: [2], command: 4, storedMs: 500 },
    { message: 5, storedMs: 600 },
  ])

describe('With the times of commits, the checker reports', () => {
  it('a feed that begins with a seq that was not next when the socket was bound (I5)', () => {
    const truth = timed()
    expect(says('I5', madeHistory().at(450).opened(1, 1).at(550).saw(1, truth, 5, 6), truth)).toBe('')
    expect(says('I5', madeHistory().at(450).opened(1, 1).at(650).saw(1, truth, 6), truth)).toContain(
      'begins with 6, which was not next',
    )
    expect(says('I5', madeHistory().at(450).opened(1, 1).saw(1, truth, 3), truth)).toContain('begins with 3, which was not next')
  })

  it('a resume that is forbidden to a member, and one that is not forbidden to a non-member (I8)', () => {
    const truth = timed()
    const asked = (ms: number, user: number) => madeHistory().at(ms).opened(1, user).resuming(1, 1)
    expect(says('I8', asked(150, 1).resumed(1, 0, 'forbidden'), truth)).toContain('reported as forbidden to a member')
    expect(says('I8', asked(350, 2).resumed(1, 3, 'too_many'), truth)).toContain('resumed by a user who is not a member')
    expect(says('I8', asked(350, 2).resumed(1, 0, 'forbidden'), truth)).toBe('')
  })

  it('a resume to a seq that was not the head meanwhile (I8)', () => {
    const truth = timed()
    const made = madeHistory().at(250).opened(1, 1).resuming(1, 1)
    expect(says('I8', made.saw(1, truth, 2, 3).resumed(1, 3), truth)).toContain('3 was not its head')
  })

  it('an answer that a room is forbidden after the frame of a membership that it cannot know (I8)', () => {
    const truth = timed()
    const made = madeHistory().at(350).opened(1, 2).resuming(1, 1).at(550).saw(1, truth, 5)
    expect(says('I8', made.resumed(1, 0, 'forbidden'), truth)).toContain('after a frame that added the user')
  })

  it('older events of a room before the user joins it (I9)', () => {
    const truth = madeTruth([
      { created: [1], storedMs: 100 },
      { message: 1, storedMs: 200 },
      { added: [2], command: 2, storedMs: 300 },
    ])
    const resumed = (ms: number) => madeHistory().at(ms).opened(1, 2).resuming(1, 0).saw(1, truth, 1)
    expect(says('I9', resumed(150), truth)).toContain('outside')
    expect(says('I9', resumed(350), truth)).toBe('')
  })

  it('a creator whose message is rejected as if the room did not exist (I6)', () => {
    const truth = madeTruth([{ created: [1, 2], storedMs: 100 }])
    const made = madeHistory().at(50).opened(1, 1).created(1).invoked(1, 1).settled('failed', 1, { socket: 1, code: 'forbidden' })
    expect(says('I6', made, truth)).toContain('overtook the creation')
  })
})

describe('The checker reports', () => {
  it('frames of a room after a resume has reported that it is forbidden, except a join (I5)', () => {
    const truth = timed()
    const made = () => madeHistory().opened(1, 2).saw(1, truth, 1).resuming(1, 1).resumed(1, 0, 'forbidden')
    expect(says('I5', made().saw(1, truth, 2), truth)).toContain('2 after 1')
    expect(says('I5', made().saw(1, truth, 5), truth)).toBe('')
  })

  it('rooms that the answer to a resume omits (I8)', () => {
    const truth = timed()
    const made = madeHistory().opened(1, 1).entry({ kind: 'resuming', socket: 1, seq: 1, operation: 4 })
    const answered = { kind: 'ok', event: 'resume', socket: 1, operation: 4 } as const
    expect(says('I8', made.entry(answered), truth)).toContain('omitted from the answer')
  })

  it('a skip that is not as large as the resume allows, or of an epoch that it did not name (I8)', () => {
    const truth = timed()
    const asked = () => madeHistory().at(700).opened(1, 1).entry({ kind: 'resuming', socket: 1, seq: 1, command: 10 })
    expect(says('I8', asked().resumed(1, 6, 'too_many'), truth)).toContain('5 events are reported as more than 10')
    expect(says('I8', asked().resumed(1, 6, 'epoch'), truth)).toContain('another epoch')
  })

  it('a list that omits a message (I5)', () => {
    const truth = timed()
    const listed = (seq: number) => ({ kind: 'listed', seq, operation: 5, user: 1 }) as const
    expect(says('I5', madeHistory().entry(listed(2)).entry(listed(4)), truth)).toBe('')
    expect(says('I5', madeHistory().entry(listed(2)).entry(listed(6)), truth)).toContain('omits message 4')
  })

  it('a frame that confirms the command of another request (I1)', () => {
    const truth = timed()
    const made = () => madeHistory().opened(1, 1).invoked(1, 1, 7)
    const frame = { kind: 'frame', event: 'new-message', socket: 1, seq: 2, command: 1, operation: 7 } as const
    expect(says('I1', made().entry(frame), truth)).toBe('')
    expect(says('I1', made().entry({ ...frame, seq: 4, command: 3 }), truth)).toContain('has the id of another request, for 1')
    expect(says('I1', made().entry({ ...frame, socket: 2 }), truth)).toContain('has the id of another request')
  })

  it('a removal that a socket never receives (I7)', () => {
    const truth = madeTruth([
      { created: [1, 2], storedMs: 10 },
      { removed: [2], command: 1, storedMs: 20 },
    ])
    const made = () => madeHistory().opened(1, 2).saw(1, truth, 1)
    expect(says('I7', made().at(15_000).opened(2, 1), truth)).toContain('ends at 1, but the user was removed at 2')
    expect(says('I7', made().at(5_000).opened(2, 1), truth)).toBe('')
  })
})

describe('Beside a forger, the checker', () => {
  const judge = (made: MadeHistory, truth: Truth, isForged = true): readonly string[] =>
    judgeRun({ forgeries: forgeriesAreTakenBack }, [made.history], truth, { ...terms, isForged }).forgeries.examples
  const forged = { kind: 'forged', socket: 1, seq: 2 } as const
  const deceived = (truth: Truth, user = 1) => madeHistory().at(150).opened(1, user).saw(1, truth, 1).entry(forged)

  it('reports a forged message that is not taken back', () => {
    const truth = timed()
    expect(judge(deceived(truth), truth)).toEqual(['socket 1, room 1: forged 2 was never taken back'])
    expect(judge(deceived(truth).entry({ kind: 'reset', socket: 1, seq: 1 }), truth)).toEqual([])
  })

  it('reports a forged message that a user who is not a member receives', () => {
    const truth = timed()
    expect(judge(deceived(truth, 3), truth)[0]).toContain('shown to a user who is not a member')
  })

  it('reports a reset without a cause, and one to a head that the store does not have', () => {
    const truth = timed()
    const reset = madeHistory().at(150).opened(1, 1).entry({ kind: 'reset', socket: 1, seq: 4 })
    expect(judge(reset, truth, false)[0]).toContain('without a cause')
    expect(judge(reset, truth)[0]).toContain('which the store does not have')
  })

  it('counts no forged message for a client that left the room because it was forbidden', () => {
    const truth = timed()
    const made = madeHistory().at(210).opened(1, 2).resuming(1, 1).saw(1, truth, 2)
    made
      .entry({ ...forged, seq: 3 })
      .entry({ ...forged, seq: 4 })
      .entry({ ...forged, seq: 5 })
    made.at(350).resuming(1, 5).resumed(1, 0, 'forbidden').at(550).saw(1, truth, 5, 6)
    const verdicts = checkRun([made.history], truth, { ...terms, isForged: true })
    expect([verdicts.I3, verdicts.I5, verdicts.I8].flatMap(({ examples }) => examples)).toEqual([])
    expect(judge(made, truth)).toEqual([])
  })
})

describe('A simulation', () => {
  it('reports an answer to a command whose own frame is still to come', () => {
    const truth = timed()
    const judge = (made: MadeHistory): readonly string[] =>
      judgeRun({ own: ownFramesConfirm }, [made.history], truth, terms).own.examples
    const made = () => madeHistory().at(150).opened(1, 1).saw(1, truth, 1).invoked(1, 1)
    expect(judge(made().settled('ok', 1, { socket: 1 }))[0]).toContain('2 was answered although its frame was to come')
    expect(judge(made().saw(1, truth, 2).settled('ok', 1, { socket: 1 }))).toEqual([])
  })
})
