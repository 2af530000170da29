import type { User } from '../../../shared/domain/events.ts'
import type { ExportedBlock, ExportedEvent, ExportReads } from '../../../shared/ports/export-reads.ts'
import { isExported, lineOfEvent } from './event-line.ts'
import type { Line } from './lines.ts'
import { formatVersion } from './lines.ts'

const rowsPerPage = 1_000
const first = '00000000-0000-0000-0000-000000000000'

/** All rows of pages, one page in memory at a time. */
async function* rowsOf<Row>(begin: Row, page: (after: Row) => Promise<readonly Row[]>): AsyncGenerator<Row> {
  for (let last = begin; ; ) {
    const rows = await page(last)
    yield* rows
    const end = rows.at(-1)
    if (end === undefined) return
    last = end
  }
}

const userLine = ({ modified_at: _, ...user }: User): Line => ({ kind: 'user', ...user })

/** The lines of an export: users, then one chat after the other, then blocks. `onUnknown`: an event of a type that the format does not have. */
export async function* exportLines(
  source: ExportReads,
  { exportedAt, onUnknown }: { readonly exportedAt: string; readonly onUnknown: (type: string) => void },
): AsyncGenerator<Line> {
  yield { kind: 'export', version: formatVersion, source: 'chat-service', exported_at: exportedAt }
  const users = rowsOf({ id: first } as User, ({ id }) => source.users(id, rowsPerPage))
  for await (const user of users) yield userLine(user)
  const events = rowsOf({ stream: first, seq: 0 } as ExportedEvent, (after) => source.events(after, rowsPerPage))
  for await (const event of events) {
    const line = isExported(event.type) ? lineOfEvent(event) : undefined
    if (line !== undefined) yield line
    else if (!isExported(event.type)) onUnknown(event.type)
  }
  const blocks = rowsOf({ user: first, blocked: first } as ExportedBlock, (after) => source.blocks(after, rowsPerPage))
  for await (const { user, blocked, createdAt } of blocks) yield { kind: 'block', user, blocked, created_at: createdAt }
}
