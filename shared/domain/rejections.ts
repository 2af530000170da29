/**
 * A decided refusal. It is recorded like an event, so that the same command
 * gets the same answer for as long as the rejection is kept.
 */
export interface Rejection {
  readonly type: 'Rejected'
  readonly code: 'forbidden' | 'unknown_user' | 'unknown_message' | 'invalid'
  readonly message: string
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * Whether a recorded rejection reserves its command id, so that no other command can use it. A
 * `forbidden` does not: it is stored under the command's digest too, so that a
 * sender without the right to act in a room cannot reserve an id there.
 */
export const reservesId = ({ code }: Rejection): boolean => code !== 'forbidden'

/** Creates a rejection. */
export const rejected = (code: Rejection['code'], message: string, details?: Readonly<Record<string, unknown>>): Rejection => ({
  type: 'Rejected',
  code,
  message,
  ...(details === undefined ? {} : { details }),
})
