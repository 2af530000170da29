import type { RoomMembership } from '../../../shared/ports/read-model.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'
import { arrayText } from '../connection/statement.ts'

const membershipCells = 'chat_member.user_id, chat.id, chat_member.since_seq, chat.seq'

const readMemberships: Statement = {
  name: 'read-memberships',
  text: `select ${membershipCells} from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (
      select * from chat_member as present
      where present.user_id = asked.user_id and present.until_seq is null limit $2::int
    ) as chat_member
    join chat on chat.id = chat_member.chat_id`,
}

/** The index returns the rooms in order, without a sort. An erased user may still be in a room that the erasure left out. */
const readChangedMemberships: Statement = {
  name: 'read-changed-memberships',
  text: `with other as materialized (
      select known.user_id, erased.id is not null as is_erased
      from unnest($1::uuid[], $2::text[]) as known (user_id, digest)
      left join app_user as erased on erased.id = known.user_id and erased.external_id is null
      where erased.id is not null or known.digest is distinct from (
        select encode(sha256(coalesce(string_agg(uuid_send(present.chat_id), ''), '')), 'hex') from (
          select chat_id from chat_member
          where chat_member.user_id = known.user_id and until_seq is null order by chat_id
        ) as present)
    )
    select other.user_id, chat.id, chat_member.since_seq, chat.seq, other.is_erased
    from other
    left join chat_member on chat_member.user_id = other.user_id and chat_member.until_seq is null
    left join chat on chat.id = chat_member.chat_id`,
}

interface MembershipRow {
  readonly user_id: string
  readonly id: string
  readonly since_seq: string
  readonly seq: string
}

/** For a user without rooms, the columns of the room are null. */
interface ChangedMembershipRow {
  readonly user_id: string
  readonly id: string | null
  readonly since_seq: string | null
  readonly seq: string | null
  readonly is_erased: boolean
}

const membershipOf = (row: MembershipRow): RoomMembership => ({
  room: row.id,
  since: Number(row.since_seq),
  head: Number(row.seq),
})

const byUser = (rows: readonly MembershipRow[]): ReadonlyMap<string, readonly RoomMembership[]> =>
  new Map([...Map.groupBy(rows, ({ user_id: user }) => user)].map(([user, all]) => [user, all.map(membershipOf)]))

/** The present memberships of each user; of a user with more than `most`, `most + 1`. */
export const membershipsOf = async (
  session: DatabaseSession,
  users: readonly string[],
  most?: number,
): Promise<ReadonlyMap<string, readonly RoomMembership[]>> => {
  if (users.length === 0) return new Map()
  const values = [[...new Set(users)], most === undefined ? null : most + 1]
  return byUser(await session.run<MembershipRow>(readMemberships, values))
}

/** Returns users whose rooms differ from those of the digest, and erased users. */
export const changedMemberships = async (
  session: DatabaseSession,
  digests: ReadonlyMap<string, string | undefined>,
): Promise<ReadonlyMap<string, readonly RoomMembership[] | 'erased'>> => {
  if (digests.size === 0) return new Map()
  const texts = [...digests.values()].map((digest) => digest ?? 'null')
  const rows = await session.run<ChangedMembershipRow>(readChangedMemberships, [arrayText(digests.keys()), arrayText(texts)])
  const isPresent = (row: ChangedMembershipRow): row is ChangedMembershipRow & MembershipRow => row.id !== null
  const present = byUser(rows.filter(isPresent))
  return new Map(rows.map(({ user_id: user, is_erased: isErased }) => [user, isErased ? 'erased' : (present.get(user) ?? [])]))
}
