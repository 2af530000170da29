import { describe, expect, it } from 'vitest'
import { drainSessions } from '../../../../services/gateway/server/drain.ts'
import type { Session } from '../../../../services/gateway/session/session.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

const clock = virtualClock(seededRandom(1))

/** A session that records the calls to it, with their times. */
const fakeSession = (pendingForMs = 0) => {
  const startMs = clock.monotonicMs()
  const done: [string, number][] = []
  const note = (what: string): number => done.push([what, Math.round(clock.monotonicMs() - startMs)])
  const session = {
    get pendingCommands() {
      return clock.monotonicMs() - startMs < pendingForMs ? 1 : 0
    },
    announceMove: (delayMs: number) => note(`move in ${Math.round(delayMs)}`),
    stopReceiving: () => note('deaf'),
    close: ({ code }: { code: number }) => note(`close ${code}`),
  } as unknown as Session
  return { session, done }
}

const drain = async (fakes: readonly ReturnType<typeof fakeSession>[], forMs: number): Promise<boolean> => {
  let isDrained = false
  void drainSessions(
    fakes.map(({ session }) => session),
    clock,
    defaultTimes,
  ).then(() => {
    isDrained = true
  })
  await clock.run(forMs)
  return isDrained
}

describe('Draining sessions', () => {
  it('tells all sessions at once when to move, serves each until then and a little longer, and closes it', async () => {
    const fakes = [fakeSession(), fakeSession(), fakeSession()]
    expect(await drain(fakes, 1_021)).toBe(true)
    expect(fakes.map(({ done }) => done)).toEqual([
      [
        ['move in 0', 0],
        ['deaf', 1_000],
        ['close 1012', 1_000],
      ],
      [
        ['move in 10', 0],
        ['deaf', 1_010],
        ['close 1012', 1_010],
      ],
      [
        ['move in 20', 0],
        ['deaf', 1_020],
        ['close 1012', 1_020],
      ],
    ])
  })

  it('spreads many sessions over the drain window and no longer', async () => {
    const fakes = Array.from({ length: 4_000 }, () => fakeSession())
    expect(await drain(fakes, defaultTimes.drainWindowMs + defaultTimes.drainOverlapMs)).toBe(true)
    expect(fakes.at(-1)?.done[0]).toEqual(['move in 7998', 0])
    expect(fakes[2_000]?.done[0]).toEqual(['move in 4000', 0])
  })

  it('waits for the commands in flight before it closes a session', async () => {
    const [busy, idle] = [fakeSession(5_000), fakeSession()]
    expect(await drain([busy, idle], 4_999)).toBe(false)
    expect(idle.done.at(-1)).toEqual(['close 1012', 1_010])
    expect(busy.done.at(-1)).toEqual(['deaf', 1_000])
    await clock.run(20)
    expect(busy.done.at(-1)?.[0]).toBe('close 1012')
  })

  it('ends at once if there are no sessions', async () => {
    expect(await drain([], 0)).toBe(true)
  })
})
