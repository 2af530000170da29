import { checkServerIdentity } from 'node:tls'
import type { PoolConfig } from 'pg'
import { readTlsFiles } from '../../tls/tls-files.ts'

const fileParameters = ['sslrootcert', 'sslcert', 'sslkey'] as const
const ours = ['sslmode', 'ssl', ...fileParameters]

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
  const mode = searchParams.get('sslmode') ?? 'disable'
  const [ca, cert, key] = fileParameters.map((name) => searchParams.get(name) ?? undefined)
  for (const name of ours) searchParams.delete(name)
  if (mode === 'disable') return { connectionString: parsed.href, ssl: false }
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const ssl = {
    ...readTlsFiles({ ca, cert, key }, 'DATABASE_URL'),
    rejectUnauthorized: true,
    checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(host, certificate),
  }
  return { connectionString: parsed.href, ssl }
}
