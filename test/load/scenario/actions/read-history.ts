import { z } from 'zod'
import { readPage } from '../../../support/checker/read-list.ts'
import { defineAction } from '../action.ts'
import { StepFailed } from '../visit.ts'

const pageMost = 200
const usualPage = 50

/** Reads the newest messages of the room; the checker compares them with the stored ones. */
export const readHistory = defineAction(
  { limit: z.int().min(1).max(pageMost).default(usualPage) },
  async ({ load, user, room }, { limit }) => {
    const page = await readPage(load, room, user, { limit }).catch(() => undefined)
    if (page === undefined) throw new StepFailed('closed')
    if (page.answer.error !== undefined) throw new StepFailed(page.answer.error.code)
  },
)
