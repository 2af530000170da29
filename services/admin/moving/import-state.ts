import { createHash } from 'node:crypto'
import { appendFileSync, rmSync } from 'node:fs'
import { z } from 'zod'
import type { NumberedFault } from './send-commands.ts'
import { openStateFile } from './state-file.ts'

/** How far an import has come. */
export interface ImportProgress {
  /** The lines up to this one are done. */
  readonly lines: number
  readonly rejected: number
}

/** The files that an import writes beside the imported one. */
export interface ImportFiles {
  /** How far an earlier run has come with the same file and the same service; undefined: there was none. */
  readonly earlier: ImportProgress | undefined
  /** The name of the file with the rejected lines. */
  readonly rejectedFile: string
  save(progress: ImportProgress): void
  reject(faults: readonly NumberedFault[]): void
}

const stateSchema = z.object({ import: z.string(), lines: z.int().min(0), rejected: z.int().min(0) })

/**
 * `header`: the first line of the file; `epoch`: that of the store. A state of another file or another store is not used.
 * Without an earlier run the file of rejected lines is removed.
 */
export const openImportFiles = (file: string, header: string, epoch: string): ImportFiles => {
  const base = file.replace(/\.jsonl$/, '')
  const stateFile = openStateFile(`${base}.state.json`, stateSchema)
  const rejectedFile = `${base}.rejected.jsonl`
  const name = createHash('sha256').update(`${epoch}\n${header}`).digest('hex')
  const found = stateFile.read()
  const earlier = found?.import === name ? found : undefined
  if (earlier === undefined) rmSync(rejectedFile, { force: true })
  return {
    earlier,
    rejectedFile,
    save: ({ lines, rejected }) => stateFile.save({ import: name, lines, rejected }),
    reject: (faults) => {
      const texts = faults.map(({ number, field, reason }) => `${JSON.stringify({ line: number, field, reason })}\n`)
      if (texts.length > 0) appendFileSync(rejectedFile, texts.join(''))
    },
  }
}
