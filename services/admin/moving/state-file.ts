import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type * as z from 'zod'
import { parseJson } from '../../../shared/protocol/parse-json.ts'

/** A file with the progress of a subcommand, replaced as a whole. */
export interface StateFile<State> {
  /** Undefined: there is no file, or it has another content. */
  read(): State | undefined
  save(state: State): void
}

export const openStateFile = <State>(file: string, schema: z.ZodType<State>): StateFile<State> => ({
  read: () => {
    try {
      return schema.safeParse(parseJson(readFileSync(file, 'utf8'))).data
    } catch {
      return undefined
    }
  },
  save: (state) => {
    writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`)
    renameSync(`${file}.new`, file)
  },
})
