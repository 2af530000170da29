import type { Role } from '../domain/roles.ts'
import type { JoinedChat, RolesChange } from './chat-events.ts'

/** The role of the bound user in one room. */
export interface OwnRoleState {
  joined(chat: Pick<JoinedChat, 'role' | 'role_until' | 'role_after'>): void
  /** The role of the user has changed. */
  changed(change: Pick<RolesChange, 'role' | 'until'>): void
  /** Undefined: the user has not joined, or a lower role has ended and the service did not name the role after it. */
  now(at: string): Role | undefined
}

export const createOwnRole = (): OwnRoleState => {
  let lasting: Role | undefined
  let lowered: { readonly role: Role; readonly until: string } | undefined
  return {
    joined: ({ role = 'member', role_until: until, role_after: after }) => {
      lasting = until === undefined ? role : after
      lowered = until === undefined ? undefined : { role, until }
    },
    changed: ({ role, until }) => {
      if (until === undefined) lasting = role
      lowered = until === undefined ? undefined : { role, until }
    },
    now: (at) => (lowered !== undefined && at < lowered.until ? lowered.role : lasting),
  }
}
