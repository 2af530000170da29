/** The message of an error, or the text of any other thrown value. May hold content: for logs, prefer `nameOf`. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The name of an error's class, which never holds content; `unknown` for any other thrown value. */
export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown')
