import type { CryptoKey, JWTVerifyGetKey } from 'jose'
import { createLocalJWKSet, errors } from 'jose'
import type { Clock } from '../../shared/ports/clock.ts'
import type { Logger } from '../../shared/runtime/logger.ts'
import type { LoadJwks } from './load-jwks.ts'

/** No key set could be loaded so far. */
export class NoKeysError extends Error {}

export interface KeySourceOptions {
  readonly load: LoadJwks
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Between two loads. */
  readonly coolDownMs: number
  /** Older keys are loaded anew, in the background. */
  readonly maxAgeMs: number
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/**
 * The issuer's public keys, kept.
 *
 * Promises:  one load at a time, and none within the cool-down of the one
 *            before, whatever tokens come. A key that nobody knows has the set
 *            loaded once and is then refused. While no set can be loaded, the
 *            last one goes on.
 * Does not:  forget a key that the issuer withdrew before the set's age has
 *            passed, or while the set cannot be loaded.
 */
export interface KeySource {
  readonly keyFor: JWTVerifyGetKey
  /** Resolves when a first load has ended, well or not. */
  start(): Promise<void>
  readonly hasKeys: boolean
}

type FindKey = (...of: Parameters<JWTVerifyGetKey>) => Promise<CryptoKey>

export const createKeySource = ({ load, clock, coolDownMs, maxAgeMs, log }: KeySourceOptions): KeySource => {
  let find: FindKey | undefined
  let loadedAtMs = 0
  let triedAtMs = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | undefined

  const loadOnce = async (): Promise<void> => {
    triedAtMs = clock.monotonicMs()
    try {
      const set = await load()
      find = createLocalJWKSet(set)
      loadedAtMs = clock.monotonicMs()
      log.info({ keys: set.keys.length }, 'token keys loaded')
    } catch (error) {
      log.warn({ err: error, hasFormer: find !== undefined }, 'token keys could not be loaded')
    }
    loading = undefined
  }

  /** Undefined: it is too soon. */
  const reload = (): Promise<void> | undefined => {
    if (loading === undefined && clock.monotonicMs() - triedAtMs < coolDownMs) return undefined
    loading ??= loadOnce()
    return loading
  }

  const keyFor: FindKey = async (header, token) => {
    if (find === undefined) await reload()
    else if (clock.monotonicMs() - loadedAtMs > maxAgeMs) void reload()
    if (find === undefined) throw new NoKeysError('no key set has been loaded yet')
    try {
      return await find(header, token)
    } catch (error) {
      const reloading = error instanceof errors.JWKSNoMatchingKey ? reload() : undefined
      if (reloading === undefined) throw error
      await reloading
      return find(header, token)
    }
  }

  return {
    keyFor,
    start: async () => reload(),
    get hasKeys() {
      return find !== undefined
    },
  }
}
