import type { ReadonlySignal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { ListedMember } from '../../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import type { JoinedChat, RolesChange } from '../../../../shared/client/chat-events.ts'
import { createOwnRole } from '../../../../shared/client/own-role.ts'
import type { Role } from '../../../../shared/domain/roles.ts'
import { roles } from '../../../../shared/domain/roles.ts'
import type { Action, Rules } from '../../../../shared/domain/rules.ts'
import { neededFor } from '../../../../shared/domain/rules.ts'
import { afterServiceTime } from './after-service-time.ts'

/** The own role in a chat. */
export interface OwnRole {
  readonly role: Role
  /** The end of a role that is a lower one for a time. */
  readonly until?: string | undefined
}

/** What the signed-in user may do in a chat, by its role and the rules of the chat. The service decides; the page offers no more. */
export interface Rights {
  readonly own: ReadonlySignal<OwnRole>
  readonly rules: ReadonlySignal<Rules>
  may(action: Action): boolean
  /** Whether the user may do this to another member, whose lasting role must be a lower one: a mute does not lower it. */
  mayTo(action: 'remove' | 'roles', other: ListedMember): boolean
  joined(chat: JoinedChat): void
  rulesChanged(rules: Rules): void
  rolesChanged(change: RolesChange): void
}

interface RightsOptions {
  readonly chat: JoinedChat
  readonly client: Pick<ChatClient, 'user'>
  readonly features: ReadonlySignal<ReadonlySet<string>>
}

const notInDirectChats: ReadonlySet<Action> = new Set(['add', 'remove', 'delete_any', 'roles', 'update'])

/** A service without roles refuses these to some users; the page offers them, but no deletion of the messages of others. */
const isOfferedWithoutRoles = (action: Action): boolean => action !== 'delete_any' && action !== 'update' && action !== 'roles'

export const createRights = ({ chat, client, features }: RightsOptions): Rights => {
  const own = signal<OwnRole>({ role: 'member' })
  const rules = signal<Rules>({})
  const known = createOwnRole()
  let cancel = (): void => undefined

  const show = (next: OwnRole): void => {
    own.value = next
    cancel()
    const { until } = next
    if (until !== undefined) cancel = afterServiceTime(until, () => show({ role: known.now(until) ?? 'member' }))
  }
  const joined: Rights['joined'] = (current) => {
    const { role = 'member', role_until: until, rules: stored = {} } = current
    known.joined(current)
    rules.value = stored
    show({ role, until })
  }
  const may: Rights['may'] = (action) => {
    if (chat.direct) return !notInDirectChats.has(action)
    if (!features.value.has('update-members')) return isOfferedWithoutRoles(action)
    return roles[own.value.role] >= roles[neededFor(action, rules.value)]
  }
  joined(chat)

  return {
    own,
    rules,
    may,
    mayTo: (action, { user_id, role, role_after: lasting = role }) =>
      user_id !== client.user?.id && may(action) && (lasting === undefined || roles[lasting] < roles[own.value.role]),
    joined,
    rulesChanged: (next) => {
      rules.value = next
    },
    rolesChanged: (change) => {
      const { users, role, until } = change
      if (!users.includes(client.user?.id ?? '')) return
      known.changed(change)
      show({ role, until })
    },
  }
}
