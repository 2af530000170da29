import { describe, it } from 'vitest'
import { acknowledgingPromises } from './acknowledging.ts'
import { deliveringPromises } from './delivering.ts'
import type { OpenCommandLog } from './open-command-log.ts'
import { overlappingPromises } from './overlapping.ts'

/** Every promise of the CommandLog port that can be tested without faults. */
export const commandLogPromises = { ...deliveringPromises, ...acknowledgingPromises, ...overlappingPromises }

/** The contract of the CommandLog port. `open` creates an isolated log for each test. */
export const commandLogSuite = (name: string, open: () => Promise<OpenCommandLog>): void => {
  describe(`CommandLog: ${name}`, () => {
    it.each(Object.entries(commandLogPromises))('%s', async (_, keeps) => {
      await using opened = await open()
      await keeps(opened)
    })
  })
}
