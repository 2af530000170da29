import { readFileSync } from 'node:fs'
import type { TlsFiles } from '../../shared/runtime/config/security-config.ts'
import { StartError } from '../../shared/runtime/config/start-error.ts'

/** PEM texts for Node's TLS; none of them disables verification. */
export interface TlsMaterial {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** Reads the certificates and the key. Throws a `StartError` that names the variable of an unreadable file. */
export const readTlsFiles = (files: TlsFiles, variable: string): TlsMaterial => {
  const read = (name: keyof TlsFiles): TlsMaterial => {
    const file = files[name]
    if (file === undefined) return {}
    try {
      return { [name]: readFileSync(file, 'utf8') }
    } catch (error) {
      throw new StartError(`${variable}: the file for the ${name} of TLS cannot be read`, { cause: error })
    }
  }
  return { ...read('ca'), ...read('cert'), ...read('key') }
}
