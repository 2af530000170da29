import type { RelayPosition, RelayPositions } from '../../../shared/ports/relay-positions.ts'
import type { DatabaseSession, Statement } from '../connection/statement.ts'

/** Reads the key of every chat after `$2` up to the limit: for the start of an embedded relay. */
const findBehind: Statement = {
  name: 'relay-behind',
  text: `select chat.id as room, coalesce(relay_position.seq, 0) as seq
    from chat left join relay_position on relay_position.sink = $1 and relay_position.room = chat.id
    where ($2::uuid is null or chat.id > $2::uuid) and chat.seq > coalesce(relay_position.seq, 0)
    order by chat.id limit $3`,
}

const readPositions: Statement = {
  name: 'relay-positions',
  text: `select asked.room, coalesce(relay_position.seq, 0) as seq
    from unnest($2::uuid[]) with ordinality as asked (room, place)
    left join relay_position on relay_position.sink = $1 and relay_position.room = asked.room
    order by asked.place`,
}

const savePositions: Statement = {
  name: 'relay-save-positions',
  text: `insert into relay_position (sink, room, seq) select $1, * from unnest($2::uuid[], $3::bigint[])
    on conflict (sink, room) do update set seq = excluded.seq`,
}

interface PositionRow {
  readonly room: string
  readonly seq: string
}

const positionOf = ({ room, seq }: PositionRow): RelayPosition => ({ room, seq: Number(seq) })

/** The positions of embedded relays on Postgres: one statement a call. */
export const postgresRelayPositions = (session: DatabaseSession): RelayPositions => ({
  behind: async (sink, after, limit) =>
    (await session.run<PositionRow>(findBehind, [sink, after ?? null, limit])).map(positionOf),
  of: async (sink, rooms) => (await session.run<PositionRow>(readPositions, [sink, rooms])).map(positionOf),
  save: async (sink, positions) => {
    await session.run(savePositions, [sink, positions.map(({ room }) => room), positions.map(({ seq }) => seq)])
  },
})
