import type { TestProject } from 'vitest/node'
import { composeTool } from './compose/compose-tool.ts'
import { prepareContainers } from './container-images.ts'
// For its type declaration of the provided values.
import type {} from './provided-containers.ts'

const print = (line: string): void => {
  process.stderr.write(`docker: ${line}\n`)
}

/** Prepares an engine, all images and Compose. If one is not available, the suites skip with the reason, but fail under CI. */
const setup = async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  try {
    const engine = await prepareContainers(['balancer', 'prometheus'])
    project.provide('containers', { compose: await composeTool(print) })
    return () => engine.release()
  } catch (error) {
    if (process.env.CI) throw error
    project.provide('containers', { missing: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

export default setup
