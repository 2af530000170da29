import type { z } from 'zod'
import type { RequestedUser } from '../protocol/fields.ts'

/** The part of a `create-chat` that differs for direct chats. */
interface ChatOrDirect {
  readonly chat?: object | undefined
  readonly users: readonly RequestedUser[]
  readonly direct?: true | undefined
}

/** The field that violates the protocol, and the reason; undefined: none does. */
const flawOf = ({ chat, users, direct }: ChatOrDirect): readonly [field: string, reason: string] | undefined => {
  if (direct === undefined) return chat === undefined ? ['chat', 'is missing'] : undefined
  if (chat !== undefined) return ['chat', 'must be absent: a direct chat has no name, and its id follows from its users']
  const isOneId = users.length === 1 && typeof users[0] === 'string'
  return isOneId ? undefined : ['users', 'must be the id of one user, in a direct chat']
}

/** Checks that a `create-chat` describes either a new chat or the user of a direct one. */
export const checkDirect = (body: ChatOrDirect, context: z.core.$RefinementCtx): void => {
  const flaw = flawOf(body)
  if (flaw !== undefined) context.addIssue({ code: 'custom', path: [flaw[0]], message: flaw[1] })
}
