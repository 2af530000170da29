import type { TestProject } from 'vitest/node'
import { prepareContainers } from '../../containers/container-images.ts'
// For its declaration of what may be provided.
import type {} from './shared-stack.ts'
import { openStack, stackKind } from './start-stack.ts'

/**
 * Starts the shared stack once per run. Where none can be had, suites are told
 * why and skip; under CI that is a failure.
 */
const setup = async (project: TestProject): Promise<(() => PromiseLike<void>) | undefined> => {
  // A wrong setting is a mistake to be told, not a stack that cannot be had.
  const kind = stackKind()
  try {
    const engine = kind === 'docker' ? await prepareContainers() : undefined
    const { stack, attachment } = await openStack()
    project.provide('stack', { attachment })
    return async () => {
      await stack[Symbol.asyncDispose]()
      await engine?.release()
    }
  } catch (error) {
    if (process.env.CI) throw error
    const missing = error instanceof Error ? error.message : String(error)
    process.stderr.write(`stack: not to be had, tests that need it are skipped: ${missing}\n`)
    project.provide('stack', { missing })
    return undefined
  }
}

export default setup
