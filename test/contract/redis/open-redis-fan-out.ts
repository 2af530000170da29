import type { RedisFanOutOptions } from '../../../infra/redis/redis-fan-out.ts'
import { redisFanOut } from '../../../infra/redis/redis-fan-out.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { recordingLog } from '../../support/recording-log.ts'
import type { OpenFanOut } from '../fan-out/open-fan-out.ts'

/** Two fan-outs with the same namespace, on separate connections. */
export const openRedisFanOut = async (where: Omit<RedisFanOutOptions, 'times' | 'log'>): Promise<OpenFanOut> => {
  const log = recordingLog()
  const end = () => redisFanOut({ ...where, times: defaultTimes, log })
  const [near, far] = await Promise.all([end(), end()])
  return {
    near,
    far,
    lines: log.lines,
    withinMs: 10_000,
    [Symbol.asyncDispose]: async () => void (await Promise.all([near.close(), far.close()])),
  }
}
