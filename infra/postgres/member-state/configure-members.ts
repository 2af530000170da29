import type { MemberSettings, SettingsChange } from '../../../shared/ports/member-state.ts'
import { storableInstant } from '../connection/instant.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import type { SettingsRow } from '../read-model/member-settings.ts'
import { settingsCells, settingsOf } from '../read-model/member-settings.ts'
import { inOrder, keyOf } from './member-keys.ts'

/** Stores settings of present members. Exported so that a test can examine its plan. */
export const configureMembersStatement: Statement = {
  name: 'configure-members',
  text: `insert into member_state as state (chat_id, user_id, muted_until, is_hidden)
    select asked.chat_id, asked.user_id, asked.muted_until, asked.is_hidden
    from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::boolean[]) as asked (chat_id, user_id, muted_until, is_hidden)
    join chat_member on chat_member.chat_id = asked.chat_id and chat_member.user_id = asked.user_id
      and chat_member.until_seq is null
    order by asked.chat_id, asked.user_id
    on conflict (chat_id, user_id) do update set
      muted_until = coalesce(excluded.muted_until, state.muted_until),
      is_hidden = coalesce(excluded.is_hidden, state.is_hidden)
    returning chat_id, user_id, ${settingsCells('state')}`,
}

interface ConfiguredRow extends SettingsRow {
  readonly chat_id: string
  readonly user_id: string
}

const cells: readonly ((change: SettingsChange) => unknown)[] = [
  ({ room }) => room,
  ({ user }) => user,
  ({ mutedUntil }) => (mutedUntil === undefined ? null : storableInstant(mutedUntil)),
  ({ isHidden }) => isHidden ?? null,
]

const valuesOf = (changes: readonly SettingsChange[]): readonly unknown[] => cells.map((cell) => changes.map(cell))

/** Stores settings. Undefined: the user is not a member. */
export const configureMembers = async (
  session: DatabaseSession,
  changes: readonly SettingsChange[],
): Promise<readonly (MemberSettings | undefined)[]> => {
  if (changes.length === 0) return []
  const rows = await session.run<ConfiguredRow>(configureMembersStatement, valuesOf(inOrder(changes)))
  const byKey = new Map(rows.map((row) => [`${row.chat_id} ${row.user_id}`, settingsOf(row)]))
  return changes.map((change) => byKey.get(keyOf(change)))
}
