/** The programs with a database role of their own; `sweeper` runs `admin sweep`. */
export const serviceRoles = ['writer', 'gateway', 'sweeper', 'relay'] as const
export type ServiceRole = (typeof serviceRoles)[number]

/** The database role of a service. It has the name of the database, because roles are shared by all databases of a server. */
export const roleName = (database: string, service: ServiceRole): string => `${database}_${service}`
