import { checkServerIdentity } from 'node:tls'
import type { PoolConfig } from 'pg'
import type { TlsFiles } from '../../../shared/runtime/config/security-config.ts'
import { readTlsFiles } from '../../tls/tls-files.ts'

const fileParameters = ['sslrootcert', 'sslcert', 'sslkey'] as const
const ours = ['sslmode', 'ssl', ...fileParameters]

const filesOf = ({ searchParams }: URL): TlsFiles => {
  const [ca, cert, key] = fileParameters.map((name) => searchParams.get(name) ?? undefined)
  return { ca, cert, key }
}

const isPlain = ({ searchParams }: URL): boolean => (searchParams.get('sslmode') ?? 'disable') === 'disable'

/** The TLS files that a database URL names; undefined: no TLS. */
export const databaseTlsFiles = (url: string): TlsFiles | undefined => {
  const parsed = new URL(url)
  return isPlain(parsed) ? undefined : filesOf(parsed)
}

/**
 * The connection options of a database URL. `pg` interprets the TLS parameters
 * of a URL unsafely (it does not verify a host that is an IP address, and
 * verifies less than requested with a root certificate). They are therefore
 * removed from the URL and set explicitly: every `sslmode` except `disable`
 * verifies the certificate chain and the host.
 *
 * Throws `StartError` for a file that cannot be read.
 */
export const connectionConfig = (url: string): Pick<PoolConfig, 'connectionString' | 'ssl'> => {
  const parsed = new URL(url)
  const { searchParams, hostname } = parsed
  const [isWithoutTls, files] = [isPlain(parsed), filesOf(parsed)]
  for (const name of ours) searchParams.delete(name)
  if (isWithoutTls) return { connectionString: parsed.href, ssl: false }
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  // Not copied: it reads changed files for each new connection.
  const ssl = Object.assign(readTlsFiles(files, 'DATABASE_URL'), {
    rejectUnauthorized: true,
    checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(host, certificate),
  })
  return { connectionString: parsed.href, ssl }
}
