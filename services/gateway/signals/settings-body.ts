import type { MemberSettings } from '../../../shared/ports/member-state.ts'

/** The settings of a member as the protocol shows them. */
export const settingsBody = ({ mutedUntil, isHidden }: MemberSettings): object => ({ muted_until: mutedUntil, hidden: isHidden })
