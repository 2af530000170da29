import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { TlsFiles } from '../../shared/runtime/config/security-config.ts'
import { StartError } from '../../shared/runtime/config/start-error.ts'

/** PEM texts for Node's TLS; none of them disables verification. */
export interface TlsMaterial {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

type TlsPart = keyof TlsFiles

const parts: readonly TlsPart[] = ['ca', 'cert', 'key']

const readAll = (files: TlsFiles, variable: string): TlsMaterial => {
  const read = (part: TlsPart): TlsMaterial => {
    const file = files[part]
    if (file === undefined) return {}
    try {
      return { [part]: readFileSync(file, 'utf8') }
    } catch (error) {
      throw new StartError(`${variable}: the file for the ${part} of TLS cannot be read`, { cause: error })
    }
  }
  return { ...read('ca'), ...read('cert'), ...read('key') }
}

/** Differs after a file was written or replaced. */
const stateOf = (files: TlsFiles): string =>
  parts.map((part) => (files[part] === undefined ? '' : String(statSync(files[part], { bigint: true }).mtimeNs))).join()

/** `pg` hides the key by a change of the property, hence `configurable`. */
const getter = (refreshed: () => TlsMaterial, part: TlsPart): PropertyDescriptor => ({
  get: () => refreshed()[part],
  enumerable: true,
  configurable: true,
})

/**
 * The certificates and the key of TLS. The result has getters that read changed files
 * again, so that every new connection uses the present files: drivers copy the
 * properties when they connect.
 *
 * Promises:  files that cannot be read, or do not fit together, for example while
 *            they are replaced, are not used: the last valid ones stay.
 * Throws `StartError` that names the variable if the first read fails.
 */
export const readTlsFiles = (files: TlsFiles, variable: string): TlsMaterial => {
  let current = readAll(files, variable)
  let state = stateOf(files)
  const refreshed = (): TlsMaterial => {
    try {
      const now = stateOf(files)
      if (now === state) return current
      const next = readAll(files, variable)
      createSecureContext(next)
      ;[current, state] = [next, now]
    } catch {
      // The next connection reads again. The metric of the expiry is 0 while a file cannot be read.
    }
    return current
  }
  const getters = parts.filter((part) => files[part] !== undefined).map((part) => [part, getter(refreshed, part)] as const)
  return Object.defineProperties({}, Object.fromEntries(getters))
}
