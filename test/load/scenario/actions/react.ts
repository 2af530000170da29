import { z } from 'zod'
import { defineAction } from '../action.ts'
import { mustSucceed } from './must-succeed.ts'
import { newestMessage } from './newest-message.ts'

const charsMost = 64

/** Sets a reaction to the newest message of the iteration. */
export const react = defineAction({ reaction: z.string().min(1).max(charsMost).default('👍') }, async (visit, { reaction }) => {
  const { load, user, room, dueMs } = visit
  await mustSucceed(load.perform(user, 'set-reaction', room, { message: newestMessage(visit), reaction }, dueMs))
})
