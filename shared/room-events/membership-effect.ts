/** The effect of an event on the membership of its room. */
export type MembershipEffect = 'none' | 'adds' | 'removes'

/** The part of an event's body that names the added or removed users. */
interface MembershipBody {
  readonly users?: readonly string[]
  readonly chat?: { readonly users?: readonly string[] }
  readonly banned?: readonly string[]
}

/** The users that an event with this body adds to its room or removes from it. */
export const membersAffected = (membership: MembershipEffect, body: object): readonly string[] => {
  if (membership === 'none') return []
  const { users, chat } = body as MembershipBody
  return users ?? chat?.users ?? []
}

/** The users that an event with this body bans from its room. */
export const usersBanned = (membership: MembershipEffect, body: object): readonly string[] =>
  membership === 'removes' ? ((body as MembershipBody).banned ?? []) : []

/** The time of the event with this body, as ISO-8601 text; empty if the body has none. */
export const timeOf = (body: object): string => {
  const { created_at: own, chat } = body as { readonly created_at?: string; readonly chat?: { readonly created_at?: string } }
  return own ?? chat?.created_at ?? ''
}
