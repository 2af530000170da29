import { describe, expect, it } from 'vitest'
import { createHeadSweep } from '../../../../services/gateway/rooms/head-sweep.ts'
import type { PendingCommand } from '../../../../services/gateway/rooms/pending-commands.ts'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import type { FanOutState } from '../../../../shared/ports/fan-out.ts'
import type { RoomMembership } from '../../../../shared/ports/read-model.ts'
import { errorBody } from '../../../../shared/protocol/errors.ts'
import type { Outcome } from '../../../../shared/records/outcome.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

const times = { convergeMs: 10_000, sweepLeastMs: 250 }

interface Statement {
  readonly kind: 'rooms' | 'users' | 'outcomes'
  readonly ids: readonly string[]
  readonly atMs: number
}

const names = (kind: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${kind}${index}`)

/** A sweep over this many rooms and users. A statement takes 5 ms. */
const rig = (rooms: number, users = 0) => {
  const clock = virtualClock(seededRandom(1), 0)
  const held = { rooms: new Set(names('room', rooms)), users: new Set(names('user', users)) }
  const statements: Statement[] = []
  const said = new Set<string>()
  const looked: string[] = []
  const noticed: string[] = []
  const erased: string[] = []
  const gone = new Set<string>()
  const reported: string[] = []
  const waiting: { readonly sinceMs: number; readonly command: PendingCommand; readonly outcome: Outcome | undefined }[] = []
  let restored = (): void => undefined
  const state = { fanOut: 'up' as FanOutState, isStoreAway: false }

  const ask = async (kind: Statement['kind'], ids: readonly string[]): Promise<void> => {
    statements.push({ kind, ids, atMs: clock.monotonicMs() })
    await clock.sleep(5)
    if (state.isStoreAway) throw new StoreError('unavailable', 'away')
  }
  const sweep = createHeadSweep({
    fanOut: {
      get state() {
        return state.fanOut
      },
      onRestored: (listener) => {
        restored = listener
        return () => {
          restored = () => undefined
        }
      },
    },
    featureLevel: { refresh: async () => undefined },
    onErased: (user) => erased.push(user),
    readModel: {
      changedHeads: async (heads) => {
        for (const [room, { seq, digest }] of heads) said.add(`${room} ${seq} ${digest}`)
        await ask('rooms', [...heads.keys()])
        return new Map([...heads.keys()].map((id) => [id, { head: 7, isContradicted: id === 'room1' }]))
      },
      changedMemberships: async (followed) => {
        for (const [user, rooms] of followed) said.add(`${user} ${rooms}`)
        await ask('users', [...followed.keys()])
        const rooms: RoomMembership[] = [{ room: 'room0', since: 3, head: 7 }]
        return new Map([...followed.keys()].map((id) => [id, gone.has(id) ? 'erased' : rooms]))
      },
    },
    feeds: {
      heads: function* () {
        for (const room of held.rooms) yield [room, { seq: 5, digest: 'event' }]
      },
      get size() {
        return held.rooms.size
      },
      applyStoreHead: (room, { seq }, change) => looked.push(`${room} ${seq} ${change?.head} ${change?.isContradicted}`),
    },
    userSessions: {
      followedDigests: function* () {
        for (const user of held.users) yield [user, 'digest']
      },
      get size() {
        return held.users.size
      },
      applyMemberships: (user, memberships) => noticed.push(...memberships.map(({ room, since }) => `${user} ${room} ${since}`)),
    },
    pending: {
      olderThan: (ageMs) => waiting.filter(({ sinceMs }) => sinceMs <= clock.monotonicMs() - ageMs).map(({ command }) => command),
      report: ({ commandId }, outcome) => reported.push(`${commandId} ${'error' in outcome ? outcome.error.code : 'ok'}`),
    },
    lookUpOutcome: async ({ commandId }) => {
      await ask('outcomes', [commandId])
      return waiting.find(({ command }) => command.commandId === commandId)?.outcome
    },
    clock,
    times,
    random: () => 0.5,
  })
  const wait = (commandId: string, outcome: Outcome | undefined): void => {
    waiting.push({ sinceMs: clock.monotonicMs(), command: { commandId } as PendingCommand, outcome })
  }
  return {
    clock,
    held,
    gone,
    erased,
    statements,
    said,
    looked,
    noticed,
    reported,
    state,
    sweep,
    wait,
    restored: () => restored(),
  }
}

/** The longest time, up to the end, in which an id was not compared. */
const longestGap = (statements: readonly Statement[], ids: readonly string[], endMs: number): number => {
  const gaps = ids.map((id) => {
    const at = statements.filter((statement) => statement.ids.includes(id)).map(({ atMs }) => atMs)
    return Math.max(...[...at, endMs].map((ms, index) => ms - (at[index - 1] ?? 0)))
  })
  return Math.max(...gaps)
}

describe('The head sweep', () => {
  it('compares every room and every user at least every T/2, in slices spread over that time', async () => {
    const { clock, held, statements, sweep } = rig(3_500, 450)
    sweep.start()
    await clock.run(60_000)
    expect(longestGap(statements, [...held.rooms, ...held.users], 60_000)).toBeLessThanOrEqual(5_100)
    expect(Math.max(...statements.map(({ ids }) => ids.length))).toBe(1_000)
    const later = statements.filter(({ atMs }) => atMs > 100)
    const pauses = later.slice(1).map(({ atMs }, index) => atMs - (later[index]?.atMs ?? 0))
    expect(Math.min(...pauses)).toBeGreaterThan(600)
  })

  it('compares a room that is held in the middle of a round in that round', async () => {
    const { clock, held, statements, sweep } = rig(3_500)
    sweep.start()
    await clock.run(6_000)
    held.rooms.add('new')
    await clock.run(5_000)
    expect(longestGap(statements, ['new'], 11_000)).toBeLessThanOrEqual(11_000)
    expect(statements.filter(({ ids }) => ids.includes('new')).map(({ atMs }) => atMs < 10_200)).toEqual([true])
  })

  it('sends the held heads and memberships to the store, and passes on the differences', async () => {
    const { clock, said, looked, noticed, sweep } = rig(2, 1)
    sweep.start()
    await clock.run(100)
    expect(said).toEqual(new Set(['room0 5 event', 'room1 5 event', 'user0 digest']))
    expect(new Set(looked)).toEqual(new Set(['room0 5 7 false', 'room1 5 7 true']))
    expect(new Set(noticed)).toEqual(new Set(['user0 room0 3']))
  })

  it('reports erased users instead of their rooms', async () => {
    const { clock, gone, erased, noticed, sweep } = rig(0, 2)
    gone.add('user1')
    sweep.start()
    await clock.run(100)
    expect(new Set(erased)).toEqual(new Set(['user1']))
    expect(new Set(noticed)).toEqual(new Set(['user0 room0 3']))
  })

  it('runs as fast as its statements while the fan-out is down, but not faster than the shortest round', async () => {
    const { clock, state, statements, sweep } = rig(1_500, 10)
    sweep.start()
    await clock.run(7_000)
    state.fanOut = 'down'
    const before = statements.length
    await clock.run(10_250)
    const during = statements.slice(before)
    expect(during[0]?.atMs).toBeLessThanOrEqual(7_250)
    const [, ...rounds] = during.filter(({ kind }) => kind === 'users').map(({ atMs }) => atMs)
    const lengths = rounds.slice(1).map((atMs, index) => atMs - (rounds[index] ?? 0))
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(250)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(300)
  })

  it('runs a full round after a reconnect, with a short random delay', async () => {
    const { clock, statements, sweep, restored } = rig(2_500, 300)
    sweep.start()
    await clock.run(7_000)
    const before = statements.length
    restored()
    await clock.run(1_000)
    const whole = statements.slice(before, before + 5)
    expect(whole.map(({ kind }) => kind)).toEqual(['rooms', 'rooms', 'rooms', 'users', 'users'])
    expect(whole.map(({ atMs }) => atMs)).toEqual([7_125, 7_130, 7_135, 7_140, 7_145])
  })

  it('looks up the outcomes of commands that have waited long, and of all commands after a reconnect', async () => {
    const { clock, reported, statements, sweep, wait, restored } = rig(1)
    sweep.start()
    await clock.run(100)
    wait('first', { body: '{}' })
    wait('second', undefined)
    await clock.run(11_000)
    expect(reported).toContain('first ok')
    expect(reported).not.toContain('second ok')
    await clock.run(100)
    wait('third', { error: errorBody('conflict', 'taken') })
    await clock.run(300)
    expect(reported).not.toContain('third conflict')
    restored()
    await clock.run(200)
    expect(reported).toContain('third conflict')
    expect(statements.filter(({ kind }) => kind === 'outcomes').length).toBeGreaterThan(3)
  })

  it('continues after the store was unavailable', async () => {
    const { clock, state, looked, sweep } = rig(1)
    state.isStoreAway = true
    sweep.start()
    await clock.run(4_000)
    expect(looked).toEqual([])
    state.isStoreAway = false
    await clock.run(5_000)
    expect(looked).toEqual(['room0 5 7 false'])
  })

  it('begins no statement after it was stopped', async () => {
    const { clock, state, statements, sweep, restored } = rig(3_000)
    sweep.start()
    await clock.run(6_000)
    sweep.stop()
    const before = statements.length
    state.fanOut = 'down'
    restored()
    await clock.run(20_000)
    expect(statements.length).toBe(before)
  })
})
