import type { Visit } from '../visit.ts'

/** The newest message of the iteration that is not deleted. A flow has a `send` before each step that changes a message. */
export const newestMessage = ({ posted }: Visit): string => {
  const id = posted.at(-1)
  if (id === undefined) throw new Error('the iteration has no message')
  return id
}
