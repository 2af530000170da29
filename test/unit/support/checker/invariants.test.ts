import { describe, expect, it } from 'vitest'
import type { InvariantName } from '../../../support/checker/check.ts'
import { checkRun, defaultTerms } from '../../../support/checker/check.ts'
import type { Truth } from '../../../support/checker/truth.ts'
import { foreign } from '../../../support/load/entry.ts'
import type { MadeHistory } from './made-run.ts'
import { madeHistory, madeTruth } from './made-run.ts'

const three = (): Truth => madeTruth([{ created: [1, 2] }, { message: 1 }, { message: 2 }])

/** Two users, each on a socket, of whom the first sends two messages that both get. */
const good = (truth: Truth): MadeHistory =>
  madeHistory()
    .opened(1, 1)
    .opened(2, 2)
    .created(1)
    .invoked(1, 1)
    .invoked(1, 2)
    .saw(1, truth, 1, 2, 3)
    .saw(2, truth, 1, 2, 3)
    .settled('ok', 1, { seq: 2, socket: 1 })
    .settled('ok', 2, { seq: 3, socket: 1 })

const broken = (made: MadeHistory, truth: Truth): InvariantName[] =>
  Object.entries(checkRun([made.history], truth))
    .filter(([, { count }]) => count > 0)
    .map(([name]) => name as InvariantName)

const says = (name: InvariantName, made: MadeHistory, truth: Truth): string =>
  checkRun([made.history], truth)[name].examples.join('; ')

describe('The checker finds no violation in', () => {
  it('a correct run', () => {
    const truth = three()
    expect(broken(good(truth), truth)).toEqual([])
  })

  it('a run whose user loses a socket, resumes on another one and misses nothing', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1).closed(1)
    made.opened(2, 1).resuming(2, 1).saw(2, truth, 2).resumed(2, 2).saw(2, truth, 3)
    expect(broken(made, truth)).toEqual([])
  })

  it('a run with a resume to an earlier seq while frames still arrive', () => {
    const truth = three()
    const made = good(truth).resuming(2, 1).saw(2, truth, 2, 3).resumed(2, 3)
    expect(broken(made, truth)).toEqual([])
  })
})

describe('The checker reports a violation of I1, nothing confirmed is lost,', () => {
  it('if a confirmed command is not stored', () => {
    const truth = three()
    expect(broken(good(truth).invoked(1, 3).settled('ok', 3, { seq: 0 }), truth)).toEqual(['I1'])
  })

  it('if a frame with a request id confirms a command that is not stored at its seq', () => {
    const truth = three()
    const made = good(truth).settled('ok', 1, { seq: 3 })
    expect(says('I1', made, truth)).toContain('was confirmed at 3 and is stored at 2')
  })
})

describe('The checker reports a violation of I2, nothing unsent appears,', () => {
  it('if the store has a command that was never sent', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1 }, { message: 2 }, { message: 3 }])
    expect(broken(good(truth).saw(1, truth, 4).saw(2, truth, 4), truth)).toEqual(['I2'])
  })

  it('if a command is stored although every sending of it was refused', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2, 3)
    made.settled('failed', 2, { code: 'unavailable' })
    expect(broken(made, truth)).toEqual(['I2'])
    expect(broken(made.invoked(1, 2, 8).settled('unknown', 2, { code: 'timeout', operation: 8 }), truth)).toEqual([])
  })

  it('if a frame names an unknown room or a seq that the store does not have', () => {
    const truth = three()
    expect(says('I2', good(truth).entry({ kind: 'frame', socket: 1, room: foreign, seq: 1 }), truth)).toContain('did not make')
    expect(says('I2', good(truth).entry({ kind: 'frame', socket: 1, seq: 4, command: 3 }), truth)).toContain('no 4')
  })

  it('if the store has a message of another run', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1 }, { message: 2 }])
    expect(says('I2', good(truth).entry({ kind: 'frame', socket: 1, seq: 3, command: 1 }), truth)).toContain('stored as 2')
  })
})

describe('The checker reports a violation of I3, no duplicate is visible,', () => {
  it('if the store has a command twice', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1 }, { message: 2 }, { message: 2 }])
    expect(says('I3', good(truth), truth)).toContain('is stored at 3 and at 4')
  })

  it('if a socket receives a frame twice', () => {
    const truth = three()
    expect(broken(good(truth).saw(2, truth, 3), truth)).toEqual(['I3'])
  })

  it('if two frames confirm one sending', () => {
    const truth = three()
    const confirmation = { kind: 'frame', socket: 3, operation: 5, command: 1, seq: 2 } as const
    expect(says('I3', good(truth).entry(confirmation).entry(confirmation), truth)).toContain('settled twice')
  })

  it('if a list has a message twice', () => {
    const truth = three()
    const entry = { kind: 'listed', seq: 2, command: 1, operation: 5, user: 1 } as const
    expect(says('I3', good(truth).entry(entry).entry(entry), truth)).toContain('a list shows 2 after 2')
  })
})

describe('The checker reports a violation of I4, one order and the same bytes for all members,', () => {
  it('if a frame differs from the stored event at its seq', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2)
    expect(broken(made.entry({ kind: 'frame', socket: 1, seq: 3, command: 2, crc: 5 }), truth)).toEqual(['I4'])
  })

  it('if the time of a room decreases', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1, atMs: 5 }, { message: 2, atMs: 4 }])
    expect(broken(good(truth), truth)).toEqual(['I4'])
  })
})

describe('The checker reports a violation of I5, no gaps,', () => {
  it('if a socket misses a frame', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 3)
    expect(broken(made, truth)).toEqual(['I5'])
  })

  it('if the store has a gap', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1 }, { message: 2 }], [1, 2, 4])
    expect(says('I5', good(truth), truth)).toContain('the store has 4 after 2')
  })

  it('if a resume skips missed events', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1).closed(1)
    expect(broken(made.opened(2, 1, 1).saw(2, truth, 3), truth)).toEqual(['I5'])
  })

  it('if a feed begins after the first event that was sent once the socket was bound', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).saw(1, truth, 1, 2)
    made.opened(2, 1).invoked(1, 2).saw(1, truth, 3).saw(2, truth, 3)
    expect(broken(made, truth)).toEqual([])
    const late = madeHistory().opened(1, 1).opened(2, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2, 3)
    expect(broken(late.saw(2, truth, 3), truth)).toEqual(['I5'])
  })

  it('if a feed does not continue after the seq that the answer to create-user named', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2, 3)
    made.opened(2, 1).entry({ kind: 'standing', socket: 2, seq: 1 }).saw(2, truth, 3)
    expect(broken(made, truth)).toEqual(['I5'])
  })
})

describe('The checker of I6, the order of one sender,', () => {
  it('reports a second message that is stored before the first', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 2 }, { message: 1 }])
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2, 3)
    expect(broken(made, truth)).toEqual(['I6'])
  })

  it('accepts that order if the first message was refused, or was sent again later', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 2 }, { message: 1 }])
    const begin = () => madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2)
    const again = begin().settled('failed', 1, { code: 'unavailable' }).invoked(1, 1, 7).saw(1, truth, 1, 2, 3)
    expect(broken(again, truth)).toEqual([])
    const unknown = begin().settled('unknown', 1, { code: 'timeout' }).invoked(1, 1, 7).saw(1, truth, 1, 2, 3)
    expect(broken(unknown, truth)).toEqual([])
  })

  it('reports a repeated message that is stored after a message that was sent later', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 2 }, { message: 1 }])
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).settled('unknown', 1, { code: 'timeout' })
    made.invoked(1, 1, 7).invoked(1, 2).saw(1, truth, 1, 2, 3).settled('ok', 1, { seq: 3, operation: 7 })
    expect(broken(made, truth)).toEqual(['I6'])
  })
})

describe('The checker reports a violation of I7, every member receives every event soon,', () => {
  it('if an open socket has not received the last events of its room', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2)
    expect(broken(made, truth)).toEqual(['I7'])
    expect(broken(made.closed(1), truth)).toEqual([])
  })

  it('if an open socket has received no event of a room since it was bound', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).opened(2, 2).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2, 3)
    expect(says('I7', made, truth)).toBe('socket 2, room 1: ends at nothing, the room at 3')
  })

  it('if a frame is late, unless a fault is active or has just ended', () => {
    const truth = three()
    const begin = () => madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2)
    expect(says('I7', begin().at(11_000).saw(1, truth, 3), truth)).toContain('3 came after 109')
    const fault = (made: MadeHistory, code: 'broken' | 'none') => made.entry({ kind: 'fault', room: 0, code })
    expect(broken(fault(begin(), 'broken').at(11_000).saw(1, truth, 3), truth)).toEqual([])
    const repaired = fault(fault(begin(), 'broken').at(30_000), 'none').settled('ok', 2, { seq: 3 })
    expect(broken(repaired.at(39_000).saw(1, truth, 3), truth)).toEqual([])
  })
})

describe('The checker reports a violation of I8, the answer to a resume is true,', () => {
  const begin = (truth: Truth) =>
    madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1).closed(1).opened(2, 1)

  it('if the answer claims more events than were delivered', () => {
    const truth = three()
    const made = begin(truth).resuming(2, 1).saw(2, truth, 2).resumed(2, 3)
    expect(broken(made, truth)).toEqual(['I8'])
  })

  it('if the answer has a wrong reason, no reason, or a room that was not requested', () => {
    const truth = three()
    expect(says('I8', begin(truth).resuming(2, 1).resumed(2, 3, 'ahead'), truth)).toContain('ahead')
    expect(says('I8', begin(truth).resuming(2, 1).resumed(2, 3, 'other'), truth)).toContain('without a reason')
    expect(says('I8', begin(truth).resumed(2, 3), truth)).toContain('not requested')
  })

  it('if the answer names a head that the room does not have', () => {
    const truth = three()
    expect(says('I8', begin(truth).resuming(2, 4).resumed(2, 4), truth)).toContain('names the head 4')
  })
})

describe('The checker reports a violation of I9, authorisation never widens,', () => {
  const truth = (): Truth => madeTruth([{ created: [1, 2] }, { removed: [2], command: 1 }, { message: 2 }])

  it('if a removed member still receives events', () => {
    const made = madeHistory().opened(1, 1).opened(2, 2).created(1).invoked(1, 1).invoked(1, 2)
    made.saw(1, truth(), 1, 2, 3).saw(2, truth(), 1, 2)
    expect(broken(made, truth())).toEqual([])
    expect(broken(made.saw(2, truth(), 3), truth())).toEqual(['I9'])
  })

  it('if a member receives an event from before the membership without a resume', () => {
    const later = madeTruth([{ created: [1] }, { message: 1 }, { added: [2], command: 2 }])
    const made = madeHistory().opened(1, 1).opened(2, 2).created(1).invoked(1, 1).invoked(1, 2).saw(1, later, 1, 2, 3)
    expect(says('I9', madeHistory().opened(2, 2).saw(2, later, 2, 3), later)).toContain('outside')
    expect(broken(made.saw(2, later, 3).resuming(2, 1).saw(2, later, 2, 3).resumed(2, 3), later)).toEqual([])
  })

  it('if a non-member receives a list', () => {
    const made = good(three()).entry({ kind: 'listed', user: 3, seq: 2, command: 1, crc: three().rooms.get(1)?.crcAt(2) ?? 0 })
    expect(broken(made, three())).toEqual(['I9'])
  })
})

describe('The checker reports a violation of I10, bounded memory and no stuck partition,', () => {
  it('if a process uses too much memory', () => {
    const truth = three()
    const made = good(truth).entry({ kind: 'memory', user: 1, seq: defaultTerms.memoryKib + 1 })
    expect(broken(made, truth)).toEqual(['I10'])
  })

  it('if a sending has no outcome although no fault is active', () => {
    const truth = three()
    expect(says('I10', good(truth).invoked(1, 3).settled('unknown', 3, { code: 'silence' }), truth)).toContain('no outcome')
  })

  it('if a sending times out long after its event was stored, unless a fault is active or has just ended', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1, storedMs: 100 }])
    const begin = () => madeHistory().opened(1, 1).created(1).saw(1, truth, 1).invoked(1, 1)
    const fault = (made: MadeHistory, code: 'broken' | 'none') => made.entry({ kind: 'fault', room: 0, code })
    const timedOut = (made: MadeHistory) => made.at(15_000).settled('unknown', 1, { code: 'timeout' }).saw(1, truth, 2)
    expect(says('I10', timedOut(begin()), truth)).toContain('a timeout for command 1, which was stored 149')
    expect(says('I10', timedOut(fault(begin(), 'broken')), truth)).toBe('')
    expect(says('I10', timedOut(fault(fault(begin(), 'broken').at(11_000), 'none')), truth)).toBe('')
    expect(says('I10', timedOut(fault(fault(begin(), 'broken').at(5_000), 'none')), truth)).toContain('a timeout for command 1')
  })

  it('if no command is confirmed soon after a fault, in all rooms or in one room', () => {
    const truth = three()
    const repaired = () =>
      good(truth).entry({ kind: 'fault', code: 'broken', room: 0 }).entry({ kind: 'fault', code: 'none', room: 0 })
    const late = repaired().invoked(1, 2, 7).at(30_000).settled('ok', 2, { seq: 3, operation: 7 })
    expect(says('I10', late, truth)).toContain('first confirmation after a fault took 299')
    const stuck = repaired().invoked(1, 2, 7).settled('ok', 2, { seq: 3, operation: 8, room: 2 })
    expect(says('I10', stuck, truth)).toContain('room 1: no command is confirmed')
  })

  it('also if lists of the room are answered meanwhile, and not for a room of which only a list was read', () => {
    const truth = three()
    const list = { event: 'list-messages', operation: 9 } as const
    const repaired = () =>
      good(truth).entry({ kind: 'fault', code: 'broken', room: 0 }).entry({ kind: 'fault', code: 'none', room: 0 })
    const read = (made: MadeHistory, room: number) =>
      made.entry({ kind: 'invoked', room, ...list }).entry({ kind: 'ok', room, ...list })
    const late = read(repaired().invoked(1, 2, 7), 1)
      .at(30_000)
      .settled('ok', 2, { seq: 3, operation: 7 })
    expect(says('I10', late, truth)).toContain('first confirmation after a fault took 299')
    const confirmed = repaired().invoked(1, 2, 7).settled('ok', 2, { seq: 3, operation: 7 })
    expect(says('I10', read(confirmed, 2), truth)).toBe('')
  })
})
