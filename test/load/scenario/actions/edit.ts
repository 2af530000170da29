import { messageText } from '../../../support/load/message-text.ts'
import { defineAction } from '../action.ts'
import { distribution } from '../fields.ts'
import { mustSucceed } from './must-succeed.ts'
import { newestMessage } from './newest-message.ts'

const usualChars = 100

/** Replaces the text of the newest message of the iteration. */
export const edit = defineAction({ size: distribution.optional() }, async (visit, { size }) => {
  const { load, user, room, dueMs } = visit
  const msg = messageText(size?.(load.context.random) ?? usualChars)
  await mustSucceed(load.perform(user, 'edit-message', room, { message: newestMessage(visit), msg, type: 'text' }, dueMs))
})
