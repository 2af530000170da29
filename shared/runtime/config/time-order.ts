import type { ConfigProblem } from './config-error.ts'

/** Pairs of times of which the second must not be less than the first, because one of them would have no effect. */
export const orderedTimes = [
  ['CONSUMER_HEARTBEAT_MS', 'CONSUMER_SESSION_MS'],
  ['RETRY_FIRST_MS', 'RETRY_MOST_MS'],
  ['REDIS_PING_MS', 'REDIS_DEAD_MS'],
  ['SWEEP_LEAST_MS', 'CONVERGE_MS'],
  ['JWKS_COOL_DOWN_MS', 'JWKS_MAX_AGE_MS'],
  ['JWKS_MAX_AGE_MS', 'JWKS_KEEP_MS'],
  ['WEBHOOK_LIVE_MS', 'WEBHOOK_MS'],
  ['WEBHOOK_RETRY_FIRST_MS', 'WEBHOOK_RETRY_MOST_MS'],
] as const

/** The problems of times in combination. An invalid value keeps its text and is not compared. */
export const timeOrderProblems = (values: Readonly<Record<string, unknown>>): ConfigProblem[] =>
  orderedTimes.flatMap(([shorter, longer]) => {
    const [least, value] = [values[shorter], values[longer]]
    if (typeof least !== 'number' || typeof value !== 'number' || value >= least) return []
    return [{ key: longer, reason: `must be at least ${shorter} (${least})` }]
  })
