import { inject } from 'vitest'
import type { ComposeTool } from './compose/compose-tool.ts'

/** The result of the global setup for the test files: the Compose command, or why there are no containers. */
export type ProvidedContainers = { readonly compose: ComposeTool } | { readonly missing: string }

declare module 'vitest' {
  export interface ProvidedContext {
    containers: ProvidedContainers
  }
}

/** For `describe.skipIf`. */
export const noContainersReason = (): string | undefined => {
  const found = inject('containers')
  return 'missing' in found ? found.missing : undefined
}

export const providedCompose = (): ComposeTool => {
  const found = inject('containers')
  if ('missing' in found) throw new Error(`no containers: ${found.missing}`)
  return found.compose
}
