import type { CryptoKey, JWTVerifyGetKey } from 'jose'
import { createLocalJWKSet, errors } from 'jose'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { Logger } from '../../../shared/runtime/observability/logger.ts'
import type { LoadJwks } from './load-jwks.ts'

/** The key of a token is not known now. The token may be valid, so the client may try again. */
export class NoKeysError extends Error {
  /** Milliseconds until the next load may begin. */
  readonly retryInMs: number

  constructor(message: string, retryInMs: number) {
    super(message)
    this.retryInMs = retryInMs
  }
}

/** Settings and functions of a key source. */
export interface KeySourceOptions {
  readonly load: LoadJwks
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** The shortest time between the starts of two loads. */
  readonly coolDownMs: number
  /** An older set is loaded again before the next token is verified. */
  readonly maxAgeMs: number
  /** An older set is no longer used. */
  readonly keepMs: number
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/**
 * A cache of the issuer's public keys.
 *
 * Promises:  one load at a time, and none within the cool-down after the
 *            previous load began. A token that arrives when the set
 *            is older than `maxAgeMs` waits for a load. While loads fail, the
 *            last set is used until it is older than `keepMs`; then every
 *            token gets `NoKeysError`. An unknown key is final only if the
 *            set was loaded after the token arrived, else `NoKeysError`.
 * Does not:  notice that the issuer withdrew a key before the set is older
 *            than `maxAgeMs`, or, while loads fail, than `keepMs`.
 */
export interface KeySource {
  readonly keyFor: JWTVerifyGetKey
  /** Resolves when a first load has ended, with or without success. */
  start(): Promise<void>
  readonly hasKeys: boolean
}

type FindKey = (...of: Parameters<JWTVerifyGetKey>) => Promise<CryptoKey>

export const createKeySource = ({ load, clock, coolDownMs, maxAgeMs, keepMs, log }: KeySourceOptions): KeySource => {
  let find: FindKey | undefined
  let loads = 0
  let loadedAtMs = 0
  let triedAtMs = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | undefined

  const loadOnce = async (): Promise<void> => {
    triedAtMs = clock.monotonicMs()
    try {
      const set = await load()
      find = createLocalJWKSet(set)
      loads += 1
      loadedAtMs = clock.monotonicMs()
      log.info({ keys: set.keys.length }, 'token keys loaded')
    } catch (error) {
      log.warn({ err: error, hasFormer: find !== undefined }, 'token keys could not be loaded')
    }
    loading = undefined
  }

  /** Undefined: the cool-down has not passed. */
  const reload = (): Promise<void> | undefined => {
    if (loading === undefined && clock.monotonicMs() - triedAtMs < coolDownMs) return undefined
    loading ??= loadOnce()
    return loading
  }

  const ageMs = (): number => clock.monotonicMs() - loadedAtMs
  const noKeys = (message: string): NoKeysError =>
    new NoKeysError(message, Math.max(0, triedAtMs + coolDownMs - clock.monotonicMs()))

  const keyFor: FindKey = async (header, token) => {
    const loadsBefore = loads
    if (find === undefined || ageMs() > Math.min(maxAgeMs, keepMs)) await reload()
    if (find === undefined || ageMs() > keepMs) throw noKeys('there is no current key set')
    try {
      return await find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      if (loads === loadsBefore) await reload()
      // The issuer may have added the key since the last load.
      if (loads === loadsBefore) throw noKeys('the key is unknown, and the key set cannot be loaded now')
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
