import type { TestProject } from 'vitest/node'
import { prepareContainers } from '../../containers/container-images.ts'
// For the declaration of the provided value.
import type {} from './shared-stack.ts'
import { openStack, stackKind } from './start-stack.ts'

/**
 * Starts the shared stack once per run. If none can be started, suites receive the
 * reason and are skipped; under CI that is a failure.
 */
const setup = async (project: TestProject): Promise<(() => PromiseLike<void>) | undefined> => {
  // An invalid setting must fail the run, and must not count as a missing stack.
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
    process.stderr.write(`stack: unavailable, tests that need it are skipped: ${missing}\n`)
    project.provide('stack', { missing })
    return undefined
  }
}

export default setup
