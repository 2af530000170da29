import { setTimeout as sleep } from 'node:timers/promises'

export interface Backoff {
  /** The longest time until the condition is true, in milliseconds; 5,000 by default. */
  readonly withinMs?: number
  /** The pause between two probes, in milliseconds. */
  readonly everyMs?: number
}

type Found<T> = T | undefined | null | false

// Bound at load, so that a test's fake clock does not stop the poll.
const now = performance.now.bind(performance)
const tooSlow = Symbol('too slow')

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Calls the probe until it returns a result other than `undefined`, `null` or
 * `false`, and returns that. A probe that throws is called again.
 *
 * Promises:  ends within `withinMs` (default 5 s), also when a probe hangs; the
 *            error names `what` and contains the error of the last probe.
 * Does not:  cancel a probe that hangs; it only stops waiting for it.
 */
export const until = async <T>(what: string, probe: () => Found<T> | Promise<Found<T>>, options: Backoff = {}): Promise<T> => {
  const { withinMs = 5_000, everyMs = 20 } = options
  const deadline = now() + withinMs
  let lastError: unknown
  do {
    try {
      const found = await within(deadline - now(), probe)
      if (found === tooSlow) break
      if (found !== undefined && found !== null && found !== false) return found
      lastError = undefined
    } catch (error) {
      lastError = error
    }
    await sleep(Math.max(0, Math.min(everyMs, deadline - now())))
  } while (now() < deadline)
  const why = lastError === undefined ? '' : `; the last probe failed: ${reason(lastError)}`
  throw new Error(`timed out after ${withinMs} ms while waiting for ${what}${why}`, { cause: lastError })
}

const within = async <T>(ms: number, probe: () => T | Promise<T>): Promise<T | typeof tooSlow> => {
  const probed = probe()
  if (!(probed instanceof Promise)) return probed
  const alarm = new AbortController()
  const late = sleep(Math.max(0, ms), tooSlow, { signal: alarm.signal }).catch(() => tooSlow)
  try {
    return await Promise.race([probed, late as Promise<typeof tooSlow>])
  } finally {
    alarm.abort()
  }
}
