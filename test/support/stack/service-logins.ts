import pg from 'pg'
import { roleName } from '../../../infra/postgres/admin/role-name.ts'

type Service = 'writer' | 'gateway'

const password = 'of the tests'

const databaseOf = (url: string): string => new URL(url).pathname.slice(1)

const serviceOf = (role: string): Service | undefined =>
  (['writer', 'gateway'] as const).find((service) => role.startsWith(service))

/** Allows the roles that `admin roles` has created to log in, as an operator would. */
export const allowLogins = async (databaseUrl: string): Promise<void> => {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 3_000 })
  await client.connect()
  try {
    for (const service of ['writer', 'gateway'] as const) {
      const role = pg.escapeIdentifier(roleName(databaseOf(databaseUrl), service))
      await client.query(`alter role ${role} login password ${pg.escapeLiteral(password)}`)
    }
  } finally {
    await client.end()
  }
}

/** The database URL for a process of this role: gateways and writers use their database roles, all others the owner. */
export const asService = (databaseUrl: string, role: string): string => {
  const service = serviceOf(role)
  if (service === undefined) return databaseUrl
  const changed = new URL(databaseUrl)
  changed.username = encodeURIComponent(roleName(databaseOf(databaseUrl), service))
  changed.password = encodeURIComponent(password)
  return changed.href
}
