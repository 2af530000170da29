import { inject } from 'vitest'
import type { Attachment } from './attached-stack.ts'
import { attachedStack } from './attached-stack.ts'
import type { Stack } from './stack.ts'

/** The value that the global setup provides: the stack, or the reason why there is none. */
export type ProvidedStack = { readonly attachment: Attachment } | { readonly missing: string }

declare module 'vitest' {
  export interface ProvidedContext {
    stack: ProvidedStack
  }
}

const provided = (): ProvidedStack =>
  // The declared type is never undefined, but without the global setup the value is.
  (inject('stack') as ProvidedStack | undefined) ?? {
    missing: 'test/support/stack/global-setup.ts is not in this run',
  }

/** Why there is no stack to test on; undefined when there is one. For `describe.skipIf`. */
export const noStackReason = (): string | undefined => {
  const found = provided()
  return 'missing' in found ? found.missing : undefined
}

/**
 * The stack that all test files of a run share. Take a namespace and a database
 * of your own on it; it refuses faults and need not be disposed of.
 */
export const sharedStack = (): Stack => {
  const found = provided()
  if ('missing' in found) throw new Error(`there is no stack: ${found.missing}`)
  return attachedStack(found.attachment, 'other tests use the shared stack: take your own with startStack()')
}
