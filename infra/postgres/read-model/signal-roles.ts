import type { MemberKey, SignalRoles } from '../../../shared/ports/read-model.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { neededCell, roleCell } from './role-cells.ts'

const readSignalRoles: Statement = {
  name: 'read-signal-roles',
  text: `select asked.place, ${roleCell('member', 'chat')} as role, ${neededCell('chat', 'signal')} as needed
    from unnest($1::uuid[], $2::uuid[]) with ordinality as asked (chat_id, user_id, place)
    join chat on chat.id = asked.chat_id
    join chat_member as member on member.chat_id = asked.chat_id and member.user_id = asked.user_id and member.until_seq is null`,
}

interface SignalRolesRow extends SignalRoles {
  /** From 1. */
  readonly place: string
}

/** The roles of members now, and those that signals into their rooms need, in the order of the members. */
export const signalRolesOf = async (
  session: DatabaseSession,
  members: readonly MemberKey[],
): Promise<readonly (SignalRoles | undefined)[]> => {
  if (members.length === 0) return []
  const values = [members.map(({ room }) => room), members.map(({ user }) => user)]
  const rows = await session.run<SignalRolesRow>(readSignalRoles, values)
  const byPlace = new Map(rows.map(({ place, role, needed }) => [Number(place), { role, needed }]))
  return members.map((_, index) => byPlace.get(index + 1))
}
