import type { JSX } from 'preact'
import type { ListedMember } from '../../../../shared/client/call-types.ts'
import { roleTexts } from '../model/role-names.ts'
import { shortTime, wholeTime } from './times.ts'

/** The role of a member, unless it is the usual one; the end of a mute. */
export const RoleMark = ({ member: { role = 'member', until } }: { readonly member: ListedMember }): JSX.Element | null => {
  if (until !== undefined) {
    return (
      <span class="role" title={`Muted until ${wholeTime(until)}`}>
        Muted until {shortTime(until)}
      </span>
    )
  }
  return role === 'member' ? null : <span class="role">{roleTexts[role].name}</span>
}
