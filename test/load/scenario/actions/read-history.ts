import { z } from 'zod'
import { recordPage } from '../../../support/checker/read-list.ts'
import { defineAction } from '../action.ts'
import { StepFailed } from '../visit.ts'

const pageMost = 200
const usualPage = 50

/** Reads the newest messages of the room; the checker compares them with the stored ones. */
export const readHistory = defineAction(
  { limit: z.int().min(1).max(pageMost).default(usualPage) },
  async ({ load, user, room }, { limit }) => {
    const { ids } = load.context
    const asked = load.devices.get(user)?.ask('list-messages', { chat: { id: ids.room(room) }, query: { limit } })
    const answer = await asked?.catch(() => undefined)
    if (answer === undefined) throw new StepFailed('closed')
    if (answer.error !== undefined) throw new StepFailed(answer.error.code)
    recordPage(load, room, user, answer.body)
  },
)
