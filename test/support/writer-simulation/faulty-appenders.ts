import type { Appender } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import type { StorePoint } from '../memory-store/memory-event-store.ts'
import type { Random } from '../simulation/random.ts'
import type { VirtualClock } from '../simulation/virtual-clock.ts'

export interface AppenderFaults {
  /** A statement that fails and is known to have done nothing, or that is refused after its commit. */
  readonly failure: number
  /** An append that is stored long after its connection was given up. */
  readonly late: number
  /** A statement whose connection breaks while it is under way. */
  readonly broken: number
}

const answerMs = 150
const lateMs = 400

/** What happens at the points of an append, and the connections that break by themselves. */
export interface FaultyAppenders {
  pause(point: StorePoint): Promise<void>
  /** The same store over a connection that may break. */
  open(openAppender: () => Promise<Appender>): Promise<Appender>
  calm(): void
}

export const faultyAppenders = (clock: VirtualClock, random: Random, faults: AppenderFaults): FaultyAppenders => {
  let now = faults

  const pause = async (point: StorePoint): Promise<void> => {
    await clock.sleep(random.next() * 10)
    if (point === 'before-commit' && random.chance(now.late)) await clock.sleep(answerMs + random.next() * lateMs)
    if (point !== 'before-commit' && random.chance(now.failure)) throw new StoreError('unavailable', 'simulated')
  }

  const open = async (openAppender: () => Promise<Appender>): Promise<Appender> => {
    await clock.sleep(random.next() * 10)
    if (random.chance(now.failure)) throw new StoreError('unavailable', 'simulated')
    const appender = await openAppender()

    /** As an adapter does it: a connection that does not answer in time is destroyed. */
    const inTime = async <T>(asked: Promise<T>): Promise<T> => {
      const breaksAfter = random.chance(now.broken) ? random.next() * 40 : answerMs
      let isAnswered = false
      const silence = clock.sleep(breaksAfter).then(async (): Promise<T> => {
        if (!isAnswered) await appender.close()
        throw new StoreError('timeout', 'simulated')
      })
      silence.catch(() => undefined)
      try {
        return await Promise.race([asked, silence])
      } finally {
        isAnswered = true
      }
    }
    return {
      ...appender,
      read: (wanted) => inTime(appender.read(wanted)),
      append: (batch) => inTime(appender.append(batch)),
    }
  }

  return {
    pause,
    open,
    calm: () => {
      now = { failure: 0, late: 0, broken: 0 }
    },
  }
}
