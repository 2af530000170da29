import { Redis } from 'ioredis'
import type { RedisFanOutOptions } from '../../infra/redis/redis-fan-out.ts'
import { redisFanOut } from '../../infra/redis/redis-fan-out.ts'
import type { FanOut, FanOutState } from '../../shared/ports/fan-out.ts'
import type { OpenFanOut } from '../contract/fan-out/open-fan-out.ts'
import { until } from '../support/poll.ts'
import { recordingLog } from '../support/recording-log.ts'

/** A fan-out, and the state changes that it reported. */
export interface Watched {
  readonly fanOut: FanOut
  /** The logged states, without repetitions. */
  readonly states: readonly string[]
  readonly restored: () => number
  readonly lines: readonly string[]
}

export type Where = Pick<RedisFanOutOptions, 'url' | 'isCluster' | 'namespace'>

/** Times that detect silence soon, but tolerate a busy machine. */
export const quickTimes = { redisPingMs: 200, redisDeadMs: 2_000 }

export const backoff = { withinMs: 30_000, everyMs: 10 }

export const watch = async (where: Where, times: RedisFanOutOptions['times'] = quickTimes): Promise<Watched> => {
  const log = recordingLog()
  let restored = 0
  const fanOut = await redisFanOut({ ...where, times, log })
  fanOut.onRestored(() => {
    restored += 1
  })
  return {
    fanOut,
    get states() {
      return log.lines
        .map((line) => /^the fan-out is (\w+)/.exec(line)?.[1] ?? line)
        .filter((state, index, all) => state !== all[index - 1])
    },
    restored: () => restored,
    lines: log.lines,
  }
}

export const untilState = (state: FanOutState, ...all: readonly Watched[]): Promise<unknown> =>
  until(`the fan-out to be ${state}`, () => all.every(({ fanOut }) => fanOut.state === state), backoff)

export const untilRestored = (watched: Watched, times: number): Promise<unknown> =>
  until(`${times} restorations`, () => watched.restored() >= times, backoff)

/** Two ends, in the form that the helpers of the contract accept. */
export const asOpened = (near: Watched, far: Watched): OpenFanOut => ({
  near: near.fanOut,
  far: far.fanOut,
  lines: near.lines,
  withinMs: backoff.withinMs,
  [Symbol.asyncDispose]: async () => void (await Promise.all([near.fanOut.close(), far.fanOut.close()])),
})

/** Sends one command to a server on a direct connection. */
export const ask = async (url: string, command: string, ...words: readonly string[]): Promise<unknown> => {
  const redis = new Redis(url, { retryStrategy: null })
  try {
    return await redis.call(command, ...words)
  } finally {
    redis.disconnect()
  }
}

/** Whether the promise has settled without any I/O. */
export const isSettled = async (work: Promise<unknown>): Promise<boolean> => {
  let found = false
  const settle = (): void => {
    found = true
  }
  work.then(settle, settle)
  await new Promise((resolve) => setImmediate(resolve))
  return found
}
