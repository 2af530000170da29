/** The fields of an error in a log line. */
export interface LoggedError {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: LoggedError
}

const deepest = 5

/**
 * Type, message, code, stack and causes. Other fields that drivers add to their
 * errors (the statement, its parameters, the row) may contain content, and are
 * left out.
 */
export const loggedError = (error: unknown, depth = 0): LoggedError => {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an error object' }
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? String(error.code) : undefined
  const hasCause = error.cause !== undefined && depth < deepest
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(hasCause ? { cause: loggedError(error.cause, depth + 1) } : {}),
  }
}
