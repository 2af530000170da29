import { feedFrameText } from '../../../shared/frames/room-event-frame.ts'
import { storedNames } from '../../../shared/records/stored-event.ts'
import type { RunIds } from '../load/run-ids.ts'
import { withClient } from '../stack/namespaces.ts'
import type { Truth } from './truth.ts'
import { truthBuilder } from './truth-builder.ts'

interface Row {
  readonly stream: string
  readonly seq: string
  readonly type: string
  readonly data: string
  readonly recorded_at: Date
}

const pageRows = 5_000

const page = `select stream, seq, type, data, recorded_at from event
  where kind = 'chat' and (stream, seq) > ($1::uuid, $2::bigint)
  order by stream, seq limit ${pageRows}`

/** Reads the events of all rooms, page by page. */
export const truthFromPostgres = async (url: string, ids: RunIds, userOf: ReadonlyMap<string, number>): Promise<Truth> => {
  const builder = truthBuilder(ids, userOf)
  return withClient(url, async (client) => {
    let place = ['00000000-0000-0000-0000-000000000000', '0']
    for (;;) {
      const { rows } = await client.query<Row>(page, place)
      for (const { stream, seq, type, data, recorded_at } of rows)
        builder.add(
          feedFrameText(storedNames(type, { name: null, membership: null }).name, stream, Number(seq), data),
          recorded_at.getTime(),
        )
      const last = rows.at(-1)
      if (last === undefined) return builder.build()
      place = [last.stream, last.seq]
    }
  })
}
