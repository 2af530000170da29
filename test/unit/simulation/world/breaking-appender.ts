import type { Appender } from '../../../../shared/ports/event-store.ts'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import type { VirtualClock } from '../virtual-clock.ts'

/** An appender whose connection is closed when an answer takes longer than `breaksAfter`, as an adapter does it. */
export const breakingAppender = (appender: Appender, clock: VirtualClock, breaksAfter: () => number): Appender => {
  const inTime = async <T>(answer: Promise<T>): Promise<T> => {
    let isAnswered = false
    const silence = clock.sleep(breaksAfter()).then(async (): Promise<T> => {
      if (!isAnswered) await appender.close()
      throw new StoreError('timeout', 'simulated')
    })
    silence.catch(() => undefined)
    try {
      return await Promise.race([answer, silence])
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
