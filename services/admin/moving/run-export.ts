import type { ExportSource } from './export-lines.ts'
import { exportLines } from './export-lines.ts'
import { writeLines } from './write-lines.ts'

/** The arguments of the subcommand, with their help texts. */
export const exportFlags = { '--room=': 'only the chat with this id, and its present and former members' } as const

const print = (text: string): void => void process.stderr.write(`${text}\n`)

/** Runs `admin export`: the lines to stdout, the progress to stderr. */
export const runExport = async (source: ExportSource): Promise<void> => {
  const unknown = new Map<string, number>()
  const onUnknown = (type: string): void => void unknown.set(type, (unknown.get(type) ?? 0) + 1)
  await writeLines(exportLines(source, { exportedAt: new Date().toISOString(), onUnknown }), print)
  for (const [type, events] of unknown) print(`left out: ${events} events of the type ${type}`)
}
