import type { Role } from '../domain/roles.ts'
import type { JoinedChat, RolesChange } from './chat-events.ts'

/** The role of the bound user in one room. */
export interface OwnRoleState {
  joined(chat: Pick<JoinedChat, 'role' | 'role_until'>): void
  /** The role of the user has changed. */
  changed(change: Pick<RolesChange, 'role' | 'until'>): void
  /** Undefined: not known, because a lower role has ended that hid the lasting one. */
  now(at: string): Role | undefined
}

export const createOwnRole = (): OwnRoleState => {
  let lasting: Role | undefined
  let lowered: { readonly role: Role; readonly until: string } | undefined
  return {
    joined: ({ role = 'member', role_until: until }) => {
      lasting = until === undefined ? role : undefined
      lowered = until === undefined ? undefined : { role, until }
    },
    changed: ({ role, until }) => {
      if (until === undefined) lasting = role
      lowered = until === undefined ? undefined : { role, until }
    },
    now: (at) => (lowered !== undefined && at < lowered.until ? lowered.role : lasting),
  }
}
