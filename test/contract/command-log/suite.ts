import { describe, it } from 'vitest'
import { acknowledgingPromises } from './acknowledging.ts'
import { deliveringPromises } from './delivering.ts'
import type { OpenCommandLog } from './open-command-log.ts'
import { overlappingPromises } from './overlapping.ts'

/** Every promise of the CommandLog port that can be shown without harming anything. */
export const commandLogPromises = { ...deliveringPromises, ...acknowledgingPromises, ...overlappingPromises }

/** The contract of the CommandLog port. `open` gives each test a log of its own. */
export const commandLogSuite = (name: string, open: () => Promise<OpenCommandLog>): void => {
  describe(`CommandLog: ${name}`, () => {
    it.each(Object.entries(commandLogPromises))('%s', async (_, keeps) => {
      await using opened = await open()
      await keeps(opened)
    })
  })
}
