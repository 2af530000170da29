import type { User } from '../domain/events.ts'
import type { ChangeOptions, ProfileChange } from './call-types.ts'

/**
 * The calls of the bound user about itself and other people. `unknown_event`
 * refuses a call that this service does not accept (yet), see `CoreClient.features`.
 */
export interface PeopleCalls {
  /** Changes the own profile. Resolves with the user after the change. Others see it when they read the user again. */
  updateUser(change: ProfileChange, options?: ChangeOptions): Promise<User>
}
