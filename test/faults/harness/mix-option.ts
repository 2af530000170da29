import type { Mix } from '../../load/mix/mix.ts'
import { parseMix } from '../../load/mix/mix.ts'

/** The lines of a usage text about `--mix`. */
export const mixUsage = `  --mix       percent of each kind of command, such as messages=60,reactions=20,edits=10,deletes=6,pins=4;
              default: messages only`

/** Throws an error that names the option and the reason. */
export const mixOption = (text: string | undefined): Mix | undefined => {
  if (text === undefined) return undefined
  try {
    return parseMix(text)
  } catch (error) {
    throw new Error(`--mix: ${(error as Error).message}`)
  }
}
