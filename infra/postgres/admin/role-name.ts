/** A service with a database role of its own. */
export type ServiceRole = 'writer' | 'gateway'

/** The database role of a service. It has the name of the database, because roles are shared by all databases of a server. */
export const roleName = (database: string, service: ServiceRole): string => `${database}_${service}`
