/** Keys of this service's advisory locks; each database has its own. */
export const advisoryLocks = {
  /** Held while migrating. */
  migration: 4_207_001,
  /** Shared by writers, exclusive for a rebuild. */
  writing: 4_207_002,
} as const
