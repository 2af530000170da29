import { z } from 'zod'
import { messageText } from '../../../support/load/message-text.ts'
import { defineAction } from '../action.ts'
import { distribution } from '../fields.ts'
import { mustSucceed } from './must-succeed.ts'

const countMost = 1_000

/** Sends messages, each after the confirmation of the one before. */
export const send = defineAction(
  { count: z.int().min(1).max(countMost).default(1), size: distribution.optional() },
  async ({ load, user, room, dueMs, posted }, { count, size }) => {
    const { random, now } = load.context
    for (let sent = 0; sent < count; sent += 1) {
      const intendedMs = sent === 0 ? dueMs : now()
      const sending =
        size === undefined
          ? load.post(user, room, intendedMs)
          : load.perform(user, 'new-message', room, { msg: messageText(size(random)), type: 'text' }, intendedMs)
      posted.push((await mustSucceed(sending)).id)
    }
  },
)
