import type { TestProject } from 'vitest/node'
import { composeTool } from './compose/compose-tool.ts'
import { prepareContainers } from './container-images.ts'
// For its declaration of what may be provided.
import type {} from './provided-containers.ts'

const say = (line: string): void => {
  process.stderr.write(`docker: ${line}\n`)
}

/** An engine, all images and Compose; where they cannot be had, suites are told why and skip, but fail under CI. */
const setup = async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  try {
    const engine = await prepareContainers(['balancer', 'prometheus'])
    project.provide('containers', { compose: await composeTool(say) })
    return () => engine.release()
  } catch (error) {
    if (process.env.CI) throw error
    project.provide('containers', { missing: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

export default setup
