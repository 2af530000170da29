import { serviceClock } from './service-clock.ts'

/** The time is only estimated: the end of a time is shown shortly after it. */
const graceMs = 500
const longestTimerMs = 2 ** 31 - 1

/** Calls `act` once, shortly after this time of the service. Returns a function that cancels it. */
export const afterServiceTime = (time: string, act: () => void): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const leftMs = (): number => Date.parse(time) - serviceClock.now()
  const wait = (): void => {
    timer = setTimeout(() => (leftMs() > 0 ? wait() : act()), Math.min(Math.max(0, leftMs()) + graceMs, longestTimerMs))
  }
  wait()
  return () => clearTimeout(timer)
}
