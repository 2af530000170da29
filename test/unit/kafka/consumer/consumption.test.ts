import { describe, expect, it } from 'vitest'
import type { ConsumerSession } from '../../../../infra/kafka/consumer/consumer-session.ts'
import { consumption } from '../../../../infra/kafka/consumer/consumption.ts'
import { DeadlineError } from '../../../../shared/runtime/async/with-deadline.ts'
import { recordingLog } from '../../../support/recording-log.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { virtualClock } from '../../simulation/virtual-clock.ts'

/** A session that the test can end. */
interface FakeSession extends ConsumerSession {
  readonly end: (cause: Error) => void
  stops: number
}

const outage = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { retriable: true })
const wrapped = (cause: Error): Error => Object.assign(new Error('retries are over', { cause }), { retriable: false })
const final = (): Error => Object.assign(new TypeError('a bug'), { retriable: false })

/** Sessions whose first beginnings fail as scripted; later ones succeed. */
const rig = (beginnings: (Error | 'takes long' | undefined)[] = []) => {
  const clock = virtualClock(seededRandom(1))
  const sessions: FakeSession[] = []
  const log = recordingLog()
  const openSession = (): FakeSession => {
    const failure = beginnings.shift()
    const { promise, resolve } = Promise.withResolvers<Error>()
    const begun = Promise.withResolvers<void>()
    begun.promise.catch(() => {})
    const session: FakeSession = {
      begin: async () => {
        if (failure === 'takes long') await begun.promise
        else if (failure !== undefined) throw failure
      },
      ended: promise,
      lag: 0,
      rewind: async () => {},
      stop: async () => {
        session.stops += 1
        begun.reject(new Error('the consumer was stopped'))
      },
      end: resolve,
      stops: 0,
    }
    sessions.push(session)
    return session
  }
  const closing = new AbortController()
  const times = { retryFirstMs: 50, retryMostMs: 2_000 }
  const begin = () => consumption({ openSession, closing: closing.signal, times, clock, log })
  return { clock, sessions, log, closing, begin }
}

const settled = async (promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> =>
  Promise.race([
    promise.then(
      () => 'resolved' as const,
      () => 'rejected' as const,
    ),
    new Promise<'pending'>((resolve) => setImmediate(resolve, 'pending')),
  ])

describe('consuming over a sequence of sessions', () => {
  it.each([
    ['an outage', outage()],
    ['an outage that the driver calls final', wrapped(outage())],
    [
      'a coordinator that was not found',
      Object.assign(new Error(), { name: 'KafkaJSGroupCoordinatorNotFound', retriable: false }),
    ],
    ['a broker that did not answer in time', new DeadlineError('no broker has answered')],
  ])('opens a new session after %s, and logs it', async (_, cause) => {
    const { clock, sessions, log, begin } = rig()
    const { failed } = await begin()
    sessions[0]?.end(cause)
    await clock.run(1_000)
    expect(sessions).toHaveLength(2)
    expect(sessions[0]?.stops).toBeGreaterThan(0)
    expect(log.lines).toHaveLength(2)
    expect(await settled(failed)).toBe('pending')
  })

  it('retries without limit, with back-off, while the brokers are away', async () => {
    const { clock, sessions, begin } = rig([undefined, ...Array.from({ length: 60 }, outage)])
    const { failed } = await begin()
    sessions[0]?.end(outage())
    await clock.run(60_000)
    expect(sessions.length).toBeGreaterThan(20)
    expect(sessions.length).toBeLessThan(40)
    expect(await settled(failed)).toBe('pending')
    await clock.run(120_000)
    sessions.at(-1)?.end(outage())
    await clock.run(1_000)
    expect(sessions).toHaveLength(63)
  })

  it('rejects `failed` where no new session could succeed', async () => {
    const { clock, sessions, begin } = rig()
    const { failed } = await begin()
    sessions[0]?.end(final())
    await clock.run(60_000)
    expect(sessions).toHaveLength(1)
    await expect(failed).rejects.toThrow('a bug')
  })

  it('rejects `failed` when a later session cannot begin and no retry can help', async () => {
    const { clock, sessions, begin } = rig([undefined, outage(), final()])
    const { failed } = await begin()
    sessions[0]?.end(outage())
    await clock.run(60_000)
    expect(sessions).toHaveLength(3)
    await expect(failed).rejects.toThrow('a bug')
  })

  it('waits at the start for brokers that are away, logs it once, and rejects on a final error', async () => {
    const { clock, sessions, log, begin } = rig(Array.from({ length: 60 }, outage))
    const begun = begin()
    await clock.run(60_000)
    expect(await settled(begun)).toBe('pending')
    expect(log.lines).toHaveLength(1)
    await clock.run(120_000)
    expect(await settled(begun)).toBe('resolved')
    expect(sessions.map(({ stops }) => stops)).toEqual([...Array.from({ length: 60 }, () => 1), 0])
    await expect(rig([final()]).begin()).rejects.toThrow('a bug')
  })

  it('rejects when the log is closed before it has begun, and stops the session', async () => {
    const waiting = rig(['takes long'])
    const begun = waiting.begin()
    begun.catch(() => {})
    waiting.closing.abort(new Error('the log is closed'))
    await waiting.clock.run(100)
    await expect(begun).rejects.toThrow('the log is closed')
    const { clock, sessions, closing, begin } = rig()
    await begin()
    closing.abort()
    await clock.run(100)
    expect(sessions.map(({ stops }) => stops)).toEqual([1])
  })

  it('opens no new session after it was stopped, and does not reject `failed`', async () => {
    const { clock, sessions, begin } = rig()
    const { stop, failed } = await begin()
    sessions[0]?.end(outage())
    const stopped = stop()
    await clock.run(60_000)
    await stopped
    expect(sessions).toHaveLength(1)
    expect(await settled(failed)).toBe('pending')
  })

  it('does not reject `failed` for a session that is stopped while it begins', async () => {
    const { clock, sessions, begin } = rig([undefined, 'takes long'])
    const { stop, failed } = await begin()
    sessions[0]?.end(outage())
    await clock.run(100)
    expect(sessions).toHaveLength(2)
    await stop()
    await clock.run(60_000)
    expect(await settled(failed)).toBe('pending')
  })
})
