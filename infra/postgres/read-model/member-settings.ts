import type { MemberSettings } from '../../../shared/ports/member-state.ts'
import { isoText } from '../connection/statement.ts'

/** SQL for the settings of a row of `member_state`. A time that has passed mutes nothing. */
export const settingsCells = (row: string): string =>
  `case when ${row}.muted_until > now() then ${isoText(`${row}.muted_until`)} end as muted_until, ${row}.is_hidden`

/** A row of `settingsCells`. */
export interface SettingsRow {
  readonly muted_until: string | null
  readonly is_hidden: boolean | null
}

/** The settings of a row, without those that have no effect. */
export const settingsOf = (row: SettingsRow): MemberSettings => ({
  ...(row.muted_until === null ? {} : { mutedUntil: row.muted_until }),
  ...(row.is_hidden === true ? { isHidden: true } : {}),
})
