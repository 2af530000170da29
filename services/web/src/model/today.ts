import type { ReadonlySignal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { PageClock } from './service-clock.ts'
import { serviceClock } from './service-clock.ts'

const midnightBefore = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0)

/** Not by adding 24 hours: a day may have 23 or 25. */
const midnightAfter = (ms: number): number => {
  const date = new Date(midnightBefore(ms))
  return date.setDate(date.getDate() + 1)
}

/** The last midnight in the time zone of the device, by the service's clock. It changes at the next midnight, while the page is open. */
export const followToday = (clock: Pick<PageClock, 'now' | 'onNoted'>): ReadonlySignal<number> => {
  const today = signal(midnightBefore(clock.now()))
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = (): void => {
    clearTimeout(timer)
    const now = clock.now()
    today.value = midnightBefore(now)
    timer = setTimeout(look, midnightAfter(now) - now)
  }
  clock.onNoted(look)
  look()
  return today
}

export const today = followToday(serviceClock)
