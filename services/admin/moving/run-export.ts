import type { ExportReads } from '../../../shared/ports/export-reads.ts'
import { chatId } from '../../../shared/protocol/fields.ts'
import { exportLines } from './export-lines.ts'
import { writeLines } from './write-lines.ts'

/** The arguments of the subcommand, with their help texts. */
export const exportFlags = { '--room=': 'only the chat with this id, and its present and former members' } as const

const print = (text: string): void => void process.stderr.write(`${text}\n`)

/** The value of `--room`; throws if it is no id of a chat. */
export const roomOf = (values: ReadonlyMap<string, string>): string | undefined => {
  const room = values.get('--room')
  if (room !== undefined && !chatId.safeParse(room).success) throw new Error('--room must be the id of a chat, a UUID')
  return room
}

/** Runs `admin export`, of one room if it is given: the lines to stdout, the progress to stderr. */
export const runExport = async (source: ExportReads, room: string | undefined): Promise<void> => {
  if (room !== undefined && (await source.events({ stream: room, seq: 0 }, 1)).length === 0) {
    throw new Error(`there is no chat with the id ${room}`)
  }
  const unknown = new Map<string, number>()
  const onUnknown = (type: string): void => void unknown.set(type, (unknown.get(type) ?? 0) + 1)
  await writeLines(exportLines(source, { exportedAt: new Date().toISOString(), onUnknown }), print)
  for (const [type, events] of unknown) print(`left out: ${events} events of the type ${type}`)
}
