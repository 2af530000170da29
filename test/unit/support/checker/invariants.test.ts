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

describe('the checker', () => {
  it('has nothing to say of a good run', () => {
    const truth = three()
    expect(broken(good(truth), truth)).toEqual([])
  })

  it('has nothing to say of a socket that drops, resumes on another and misses nothing', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1).closed(1)
    made.opened(2, 1).resuming(2, 1).saw(2, truth, 2).resumed(2, 2).saw(2, truth, 3)
    expect(broken(made, truth)).toEqual([])
  })

  it('has nothing to say of a live resume that goes back while frames still come', () => {
    const truth = three()
    const made = good(truth).resuming(2, 1).saw(2, truth, 2, 3).resumed(2, 3)
    expect(broken(made, truth)).toEqual([])
  })
})

describe('I1, nothing confirmed is lost, fails', () => {
  it('when a confirmed command is not stored', () => {
    const truth = three()
    expect(broken(good(truth).invoked(1, 3).settled('ok', 3, { seq: 0 }), truth)).toEqual(['I1'])
  })

  it('when a frame with the caller’s id confirms what is not stored there', () => {
    const truth = three()
    const made = good(truth).settled('ok', 1, { seq: 3 })
    expect(says('I1', made, truth)).toContain('was confirmed at 3 and stands at 2')
  })
})

describe('I2, nothing unsent appears, fails', () => {
  it('when the store has what was never sent', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1 }, { message: 2 }, { message: 3 }])
    expect(broken(good(truth).saw(1, truth, 4).saw(2, truth, 4), truth)).toEqual(['I2'])
  })

  it('when every sending was refused, and it is stored all the same', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2, 3)
    made.settled('failed', 2, { code: 'unavailable' })
    expect(broken(made, truth)).toEqual(['I2'])
    expect(broken(made.invoked(1, 2, 8).settled('unknown', 2, { code: 'timeout', operation: 8 }), truth)).toEqual([])
  })

  it('when a frame is of nobody’s room, or of no event', () => {
    const truth = three()
    expect(says('I2', good(truth).entry({ kind: 'frame', socket: 1, room: foreign, seq: 1 }), truth)).toContain('did not make')
    expect(says('I2', good(truth).entry({ kind: 'frame', socket: 1, seq: 4, command: 3 }), truth)).toContain('no 4')
  })

  it('when somebody else’s message is stored', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1 }, { message: 2 }])
    expect(says('I2', good(truth).entry({ kind: 'frame', socket: 1, seq: 3, command: 1 }), truth)).toContain('stored as 2')
  })
})

describe('I3, no duplicate is visible, fails', () => {
  it('when the store has a command twice', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1 }, { message: 2 }, { message: 2 }])
    expect(says('I3', good(truth), truth)).toContain('stands at 3 and at 4')
  })

  it('when a socket gets a frame again', () => {
    const truth = three()
    expect(broken(good(truth).saw(2, truth, 3), truth)).toEqual(['I3'])
  })

  it('when one sending is confirmed by two frames', () => {
    const truth = three()
    const confirmation = { kind: 'frame', socket: 3, operation: 5, command: 1, seq: 2 } as const
    expect(says('I3', good(truth).entry(confirmation).entry(confirmation), truth)).toContain('settled twice')
  })

  it('when a list shows a message twice', () => {
    const truth = three()
    const entry = { kind: 'listed', seq: 2, command: 1, operation: 5, user: 1 } as const
    expect(says('I3', good(truth).entry(entry).entry(entry), truth)).toContain('a list shows 2 after 2')
  })
})

describe('I4, one order to the letter, fails', () => {
  it('when a frame is not what is stored at its place', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2)
    expect(broken(made.entry({ kind: 'frame', socket: 1, seq: 3, command: 2, crc: 5 }), truth)).toEqual(['I4'])
  })

  it('when the time of a room goes back', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1, atMs: 5 }, { message: 2, atMs: 4 }])
    expect(broken(good(truth), truth)).toEqual(['I4'])
  })
})

describe('I5, no gaps, fails', () => {
  it('when a socket misses a frame', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 3)
    expect(broken(made, truth)).toEqual(['I5'])
  })

  it('when the store does', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1 }, { message: 2 }], [1, 2, 4])
    expect(says('I5', good(truth), truth)).toContain('the store has 4 after 2')
  })

  it('when a resume skips what was missed', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1).closed(1)
    expect(broken(made.opened(2, 1, 1).saw(2, truth, 3), truth)).toEqual(['I5'])
  })

  it('when a feed begins later than the socket was bound', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).saw(1, truth, 1, 2)
    made.opened(2, 1).invoked(1, 2).saw(1, truth, 3).saw(2, truth, 3)
    expect(broken(made, truth)).toEqual([])
    const late = madeHistory().opened(1, 1).opened(2, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2, 3)
    expect(broken(late.saw(2, truth, 3), truth)).toEqual(['I5'])
  })

  it('when it does not go on where it was said to', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2, 3)
    made.opened(2, 1).entry({ kind: 'standing', socket: 2, seq: 1 }).saw(2, truth, 3)
    expect(broken(made, truth)).toEqual(['I5'])
  })
})

describe('I6, the order of one sender, fails', () => {
  it('when the second of two messages stands first', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 2 }, { message: 1 }])
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2, 3)
    expect(broken(made, truth)).toEqual(['I6'])
  })

  it('but not when the first was refused, or sent again later', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 2 }, { message: 1 }])
    const begin = () => madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2)
    const again = begin().settled('failed', 1, { code: 'unavailable' }).invoked(1, 1, 7).saw(1, truth, 1, 2, 3)
    expect(broken(again, truth)).toEqual([])
    const unknown = begin().settled('unknown', 1, { code: 'timeout' }).invoked(1, 1, 7).saw(1, truth, 1, 2, 3)
    expect(broken(unknown, truth)).toEqual([])
  })

  it('when what was sent again is overtaken by what was sent after that', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 2 }, { message: 1 }])
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).settled('unknown', 1, { code: 'timeout' })
    made.invoked(1, 1, 7).invoked(1, 2).saw(1, truth, 1, 2, 3).settled('ok', 1, { seq: 3, operation: 7 })
    expect(broken(made, truth)).toEqual(['I6'])
  })
})

describe('I7, everybody gets everything soon, fails', () => {
  it('when an open socket ends before the room does', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2)
    expect(broken(made, truth)).toEqual(['I7'])
    expect(broken(made.closed(1), truth)).toEqual([])
  })

  it('when an open socket got nothing of what was sent after it was bound', () => {
    const truth = three()
    const made = madeHistory().opened(1, 1).opened(2, 2).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2, 3)
    expect(says('I7', made, truth)).toBe('socket 2, room 1: ends at nothing, the room at 3')
  })

  it('when a frame comes late with nothing broken, but not while something is, or soon after', () => {
    const truth = three()
    const begin = () => madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1, 2)
    expect(says('I7', begin().at(11_000).saw(1, truth, 3), truth)).toContain('3 came after 109')
    const fault = (made: MadeHistory, code: 'broken' | 'none') => made.entry({ kind: 'fault', room: 0, code })
    expect(broken(fault(begin(), 'broken').at(11_000).saw(1, truth, 3), truth)).toEqual([])
    const healed = fault(fault(begin(), 'broken').at(30_000), 'none').settled('ok', 2, { seq: 3 })
    expect(broken(healed.at(39_000).saw(1, truth, 3), truth)).toEqual([])
  })
})

describe('I8, resume never pretends, fails', () => {
  const begin = (truth: Truth) =>
    madeHistory().opened(1, 1).created(1).invoked(1, 1).invoked(1, 2).saw(1, truth, 1).closed(1).opened(2, 1)

  it('when more is said to be recovered than came', () => {
    const truth = three()
    const made = begin(truth).resuming(2, 1).saw(2, truth, 2).resumed(2, 3)
    expect(broken(made, truth)).toEqual(['I8'])
  })

  it('when it is said to be ahead and is not, or has no reason, or answers what was not asked', () => {
    const truth = three()
    expect(says('I8', begin(truth).resuming(2, 1).resumed(2, 3, 'ahead'), truth)).toContain('ahead')
    expect(says('I8', begin(truth).resuming(2, 1).resumed(2, 3, 'other'), truth)).toContain('no reason')
    expect(says('I8', begin(truth).resumed(2, 3), truth)).toContain('not asked for')
  })

  it('when the head that is told is none', () => {
    const truth = three()
    expect(says('I8', begin(truth).resuming(2, 4).resumed(2, 4), truth)).toContain('told a head of 4')
  })
})

describe('I9, authorisation never widens, fails', () => {
  const truth = (): Truth => madeTruth([{ created: [1, 2] }, { removed: [2], command: 1 }, { message: 2 }])

  it('when a removed member hears on', () => {
    const made = madeHistory().opened(1, 1).opened(2, 2).created(1).invoked(1, 1).invoked(1, 2)
    made.saw(1, truth(), 1, 2, 3).saw(2, truth(), 1, 2)
    expect(broken(made, truth())).toEqual([])
    expect(broken(made.saw(2, truth(), 3), truth())).toEqual(['I9'])
  })

  it('when a frame from before the joining comes of itself, but not when it was asked for', () => {
    const later = madeTruth([{ created: [1] }, { message: 1 }, { added: [2], command: 2 }])
    const made = madeHistory().opened(1, 1).opened(2, 2).created(1).invoked(1, 1).invoked(1, 2).saw(1, later, 1, 2, 3)
    expect(says('I9', madeHistory().opened(2, 2).saw(2, later, 2, 3), later)).toContain('outside')
    expect(broken(made.saw(2, later, 3).resuming(2, 1).saw(2, later, 2, 3).resumed(2, 3), later)).toEqual([])
  })

  it('when a stranger is shown a list', () => {
    const made = good(three()).entry({ kind: 'listed', user: 3, seq: 2, command: 1, crc: three().rooms.get(1)?.crcAt(2) ?? 0 })
    expect(broken(made, three())).toEqual(['I9'])
  })
})

describe('I10, bounded, fails', () => {
  it('when a process uses too much memory', () => {
    const truth = three()
    const made = good(truth).entry({ kind: 'memory', user: 1, seq: defaultTerms.memoryKib + 1 })
    expect(broken(made, truth)).toEqual(['I10'])
  })

  it('when a sending gets no word though nothing is broken', () => {
    const truth = three()
    expect(says('I10', good(truth).invoked(1, 3).settled('unknown', 3, { code: 'silence' }), truth)).toContain('no word')
  })

  it('when nothing is known of what has long been stored, but not while something is broken, or soon after', () => {
    const truth = madeTruth([{ created: [1, 2] }, { message: 1, storedMs: 100 }])
    const begin = () => madeHistory().opened(1, 1).created(1).saw(1, truth, 1).invoked(1, 1)
    const fault = (made: MadeHistory, code: 'broken' | 'none') => made.entry({ kind: 'fault', room: 0, code })
    const told = (made: MadeHistory) => made.at(15_000).settled('unknown', 1, { code: 'timeout' }).saw(1, truth, 2)
    expect(says('I10', told(begin()), truth)).toContain('nothing was known of command 1, stored 149')
    expect(says('I10', told(fault(begin(), 'broken')), truth)).toBe('')
    expect(says('I10', told(fault(fault(begin(), 'broken').at(11_000), 'none')), truth)).toBe('')
    expect(says('I10', told(fault(fault(begin(), 'broken').at(5_000), 'none')), truth)).toContain('nothing was known')
  })

  it('when nothing is confirmed soon after a healing, or in one of the rooms', () => {
    const truth = three()
    const healed = () =>
      good(truth).entry({ kind: 'fault', code: 'broken', room: 0 }).entry({ kind: 'fault', code: 'none', room: 0 })
    const late = healed().invoked(1, 2, 7).at(30_000).settled('ok', 2, { seq: 3, operation: 7 })
    expect(says('I10', late, truth)).toContain('first confirmation after a healing took 299')
    const stuck = healed().invoked(1, 2, 7).settled('ok', 2, { seq: 3, operation: 8, room: 2 })
    expect(says('I10', stuck, truth)).toContain('room 1: nothing is confirmed')
  })
})
