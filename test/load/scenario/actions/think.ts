import { setTimeout } from 'node:timers/promises'
import { defineAction } from '../action.ts'
import { durationRange } from '../fields.ts'

/** Waits for a random time of the range. */
export const think = defineAction(
  { time: durationRange },
  async ({ load, signal }, { time: [least, most] }) => {
    await setTimeout(least + load.context.random.next() * (most - least), undefined, { signal })
  },
  false,
)
