/** The keys of the advisory locks of this service, per database. */
export const advisoryLocks = {
  /** Exclusive during a migration. */
  migration: 4_207_001,
  /** Shared by writers; exclusive for a rebuild and a new epoch. */
  writing: 4_207_002,
} as const
