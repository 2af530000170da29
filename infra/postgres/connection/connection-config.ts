import { checkServerIdentity } from 'node:tls'
import type { PoolConfig } from 'pg'
import { readTlsFiles } from '../../tls/tls-files.ts'

const fileParameters = ['sslrootcert', 'sslcert', 'sslkey'] as const
const ours = ['sslmode', 'ssl', ...fileParameters]

/**
 * How a database's URL is connected to. The driver reads the parameters of
 * TLS in ways of its own (it verifies no host that is an address, and less
 * than asked for where a root certificate is given), so they are taken out
 * and said plainly: any `sslmode` but `disable` verifies chain and host.
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
