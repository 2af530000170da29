import { roles } from '../../../shared/domain/roles.ts'
import type { Action } from '../../../shared/domain/rules.ts'
import { defaultRules } from '../../../shared/domain/rules.ts'

/** SQL for the number of a member's lasting role. */
export const lastingRoleCell = (member: string, chat: string): string =>
  `coalesce(${member}.role, case when ${member}.user_id = ${chat}.created_by and ${chat}.name <> '' then ${roles.owner} else ${roles.member} end)`

/** SQL for the number of a member's role now. `member`, `chat`: aliases of the tables. */
export const roleCell = (member: string, chat: string): string =>
  `case when ${member}.lowered_until > now() then least(${member}.lowered_role, ${lastingRoleCell(member, chat)}) else ${lastingRoleCell(member, chat)} end`

/** SQL for the end of a member's role; null: it does not end. */
export const roleUntilCell = (member: string): string =>
  `case when ${member}.lowered_until > now() then ${member}.lowered_until end`

/** SQL for the number of the least role for an action. */
export const neededCell = (chat: string, action: Action): string => {
  const names = Object.entries(roles).map(([name, role]) => `when '${name}' then ${role}`)
  return `case ${chat}.rules::json ->> '${action}' ${names.join(' ')} else ${roles[defaultRules[action]]} end`
}
