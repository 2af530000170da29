import type { World } from './world.ts'

interface TimeFlaws {
  /** Events with an earlier `created_at` than the event before them in their room. */
  readonly backwards: string
  /** Events with a `created_at` further ahead of the database's clock than allowed. */
  readonly ahead: string
  /** The largest distance ahead of the database's clock, in seconds. */
  readonly worst: string | null
}

/** Message texts are escaped in `data`, so that this pattern matches the event's own field only. */
const statement = `with timed as (
    select stream, seq, recorded_at, substring(data from '"created_at":"([^"]+)"')::timestamptz as created_at
    from event where kind = 'chat'
  ), compared as (
    select *, lag(created_at) over (partition by stream order by seq) as earlier from timed
  )
  select count(*) filter (where created_at < earlier) as backwards,
    count(*) filter (where created_at > recorded_at + make_interval(secs => $1)) as ahead,
    max(extract(epoch from created_at - recorded_at))::numeric(12, 1) as worst
  from compared`

/**
 * Checks the times of all events: no event is earlier than the one before it in
 * its room, and none is more than `aheadSeconds` ahead of the database's clock.
 */
export const judgeRoomTimes = async (world: World, aheadSeconds: number): Promise<void> => {
  const [flaws] = await world.sql<TimeFlaws>(statement, [aheadSeconds])
  if (flaws === undefined) return world.problem('cannot read the times of events')
  world.note(`at most ${flaws.worst ?? 0} s ahead of the database`)
  if (Number(flaws.backwards) > 0) world.problem(`${flaws.backwards} events are earlier than the one before them`)
  if (Number(flaws.ahead) > 0) world.problem(`${flaws.ahead} events are more than ${aheadSeconds} s ahead of the database`)
}
