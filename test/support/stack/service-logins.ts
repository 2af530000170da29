import pg from 'pg'
import type { ServiceRole } from '../../../infra/postgres/admin/role-name.ts'
import { roleName, serviceRoles } from '../../../infra/postgres/admin/role-name.ts'

const password = 'of the tests'

const databaseOf = (url: string): string => new URL(url).pathname.slice(1)

const serviceOf = (role: string): ServiceRole | undefined => serviceRoles.find((service) => role.startsWith(service))

/** Allows the roles that `admin roles` has created to log in, as an operator would. */
export const allowLogins = async (databaseUrl: string): Promise<void> => {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 3_000 })
  await client.connect()
  try {
    for (const service of serviceRoles) {
      const role = pg.escapeIdentifier(roleName(databaseOf(databaseUrl), service))
      await client.query(`alter role ${role} login password ${pg.escapeLiteral(password)}`)
    }
  } finally {
    await client.end()
  }
}

/** The database URL for a process of this role: gateways, writers, relays and the sweeper use their database roles, all others the owner. */
export const asService = (databaseUrl: string, role: string): string => {
  const service = serviceOf(role)
  if (service === undefined) return databaseUrl
  const changed = new URL(databaseUrl)
  changed.username = encodeURIComponent(roleName(databaseOf(databaseUrl), service))
  changed.password = encodeURIComponent(password)
  return changed.href
}
