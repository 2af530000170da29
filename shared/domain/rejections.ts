/**
 * The decider's typed no. It is recorded under `(room, command id)` like an
 * event, so that the same command is answered alike for as long as the
 * rejection is kept.
 */
export interface Rejection {
  readonly type: 'Rejected'
  readonly code: 'forbidden' | 'unknown_user' | 'invalid'
  readonly message: string
  readonly details?: Readonly<Record<string, unknown>>
}

export const rejected = (code: Rejection['code'], message: string, details?: Readonly<Record<string, unknown>>): Rejection => ({
  type: 'Rejected',
  code,
  message,
  ...(details === undefined ? {} : { details }),
})
