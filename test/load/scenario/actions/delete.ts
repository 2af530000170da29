import { defineAction } from '../action.ts'
import { mustSucceed } from './must-succeed.ts'
import { newestMessage } from './newest-message.ts'

/** Deletes the newest message of the iteration. */
export const deleteMessage = defineAction({}, async (visit) => {
  const { load, user, room, dueMs, posted } = visit
  await mustSucceed(load.perform(user, 'delete-message', room, { message: newestMessage(visit) }, dueMs))
  posted.pop()
})
