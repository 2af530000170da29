import { describe, expect, it } from 'vitest'
import type { ConsumerSession } from '../../../../infra/kafka/consumer/consumer-session.ts'
import { consumption } from '../../../../infra/kafka/consumer/consumption.ts'
import { DeadlineError } from '../../../../shared/runtime/async/with-deadline.ts'
import { recordingLog } from '../../../support/recording-log.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../../support/simulation/virtual-clock.ts'

/** How a life begins, and the way to end it. */
interface FakeLife extends ConsumerSession {
  readonly end: (cause: Error) => void
  stops: number
}

const outage = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { retriable: true })
const wrapped = (cause: Error): Error => Object.assign(new Error('retries are over', { cause }), { retriable: false })
const final = (): Error => Object.assign(new TypeError('a fault of ours'), { retriable: false })

/** Lives whose beginnings fail as scripted; then all begin. */
const rig = (beginnings: (Error | 'takes long' | undefined)[] = []) => {
  const clock = virtualClock(seededRandom(1))
  const lives: FakeLife[] = []
  const log = recordingLog()
  const openLife = (): FakeLife => {
    const failure = beginnings.shift()
    const { promise, resolve } = Promise.withResolvers<Error>()
    const begun = Promise.withResolvers<void>()
    begun.promise.catch(() => {})
    const life: FakeLife = {
      begin: async () => {
        if (failure === 'takes long') await begun.promise
        else if (failure !== undefined) throw failure
      },
      ended: promise,
      lag: 0,
      rewind: async () => {},
      stop: async () => {
        life.stops += 1
        begun.reject(new Error('the consumer was stopped'))
      },
      end: resolve,
      stops: 0,
    }
    lives.push(life)
    return life
  }
  const closing = new AbortController()
  const times = { retryFirstMs: 50, retryMostMs: 2_000 }
  const begin = () => consumption({ openSession: openLife, closing: closing.signal, times, clock, log })
  return { clock, lives, log, closing, begin }
}

const settled = async (promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> =>
  Promise.race([
    promise.then(
      () => 'resolved' as const,
      () => 'rejected' as const,
    ),
    new Promise<'pending'>((resolve) => setImmediate(resolve, 'pending')),
  ])

describe('consuming, life after life', () => {
  it.each([
    ['an outage', outage()],
    ['an outage that the driver calls final', wrapped(outage())],
    [
      'a coordinator that was not found',
      Object.assign(new Error(), { name: 'KafkaJSGroupCoordinatorNotFound', retriable: false }),
    ],
    ['a broker that did not answer in time', new DeadlineError('no broker has answered')],
  ])('begins again after %s, and says so', async (_, cause) => {
    const { clock, lives, log, begin } = rig()
    const { failed } = await begin()
    lives[0]?.end(cause)
    await clock.run(1_000)
    expect(lives).toHaveLength(2)
    expect(lives[0]?.stops).toBeGreaterThan(0)
    expect(log.lines).toHaveLength(2)
    expect(await settled(failed)).toBe('pending')
  })

  it('tries for ever while the brokers are away, at most so often', async () => {
    const { clock, lives, begin } = rig([undefined, ...Array.from({ length: 60 }, outage)])
    const { failed } = await begin()
    lives[0]?.end(outage())
    await clock.run(60_000)
    expect(lives.length).toBeGreaterThan(20)
    expect(lives.length).toBeLessThan(40)
    expect(await settled(failed)).toBe('pending')
    await clock.run(120_000)
    lives.at(-1)?.end(outage())
    await clock.run(1_000)
    expect(lives).toHaveLength(63)
  })

  it('fails for good where no further life would fare better', async () => {
    const { clock, lives, begin } = rig()
    const { failed } = await begin()
    lives[0]?.end(final())
    await clock.run(60_000)
    expect(lives).toHaveLength(1)
    await expect(failed).rejects.toThrow('a fault of ours')
  })

  it('fails for good when a later life begins so', async () => {
    const { clock, lives, begin } = rig([undefined, outage(), final()])
    const { failed } = await begin()
    lives[0]?.end(outage())
    await clock.run(60_000)
    expect(lives).toHaveLength(3)
    await expect(failed).rejects.toThrow('a fault of ours')
  })

  it('waits at its beginning for brokers that are away, says so once, and bears nothing final', async () => {
    const { clock, lives, log, begin } = rig(Array.from({ length: 60 }, outage))
    const begun = begin()
    await clock.run(60_000)
    expect(await settled(begun)).toBe('pending')
    expect(log.lines).toHaveLength(1)
    await clock.run(120_000)
    expect(await settled(begun)).toBe('resolved')
    expect(lives.map(({ stops }) => stops)).toEqual([...Array.from({ length: 60 }, () => 1), 0])
    await expect(rig([final()]).begin()).rejects.toThrow('a fault of ours')
  })

  it('gives up its beginning when the log is closed, and stops what has begun', async () => {
    const waiting = rig(['takes long'])
    const begun = waiting.begin()
    begun.catch(() => {})
    waiting.closing.abort(new Error('the log is closed'))
    await waiting.clock.run(100)
    await expect(begun).rejects.toThrow('the log is closed')
    const { clock, lives, closing, begin } = rig()
    await begin()
    closing.abort()
    await clock.run(100)
    expect(lives.map(({ stops }) => stops)).toEqual([1])
  })

  it('begins no further life once it is stopped, and does not call that a failure', async () => {
    const { clock, lives, begin } = rig()
    const { stop, failed } = await begin()
    lives[0]?.end(outage())
    const stopped = stop()
    await clock.run(60_000)
    await stopped
    expect(lives).toHaveLength(1)
    expect(await settled(failed)).toBe('pending')
  })

  it('is not failed by a life that is stopped while it begins', async () => {
    const { clock, lives, begin } = rig([undefined, 'takes long'])
    const { stop, failed } = await begin()
    lives[0]?.end(outage())
    await clock.run(100)
    expect(lives).toHaveLength(2)
    await stop()
    await clock.run(60_000)
    expect(await settled(failed)).toBe('pending')
  })
})
