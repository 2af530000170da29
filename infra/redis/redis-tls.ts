import type { SecurityConfig } from '../../shared/runtime/config/security-config.ts'
import type { TlsMaterial } from '../tls/tls-files.ts'
import { readTlsFiles } from '../tls/tls-files.ts'

/** The TLS material for the connections to Redis; undefined: no TLS. Throws `StartError` for a file that cannot be read. */
export const redisTls = ({ redisTls: files }: SecurityConfig): TlsMaterial | undefined =>
  files === undefined ? undefined : readTlsFiles(files, 'REDIS_CA, REDIS_CERT or REDIS_KEY')
