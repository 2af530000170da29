import { relative } from 'node:path'
import type { SerializedError } from 'vitest'
import type { TestModule, TestSpecification } from 'vitest/node'

/** Tests that did not run, by file. */
export interface NotRun {
  readonly file: string
  readonly tests: number
  readonly reason: string
  /** Whether the stack was missing, which is a failure under CI. */
  readonly lacksStack: boolean
}

/** The result of a run. `failed` counts all failures, not only those of tests. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly notRun: readonly NotRun[]
}

const fileOf = (root: string, moduleId: string): string => relative(root, moduleId)

const reasonsOf = (module: TestModule): string[] => {
  const notes = [...module.children.allTests('skipped')].map((test) => {
    const result = test.result()
    return result.state === 'skipped' ? result.note : undefined
  })
  return [...new Set(notes.filter((note) => note !== undefined))]
}

/** Errors outside of tests: a file that cannot be imported, a hook that throws. */
const errorsAround = (module: TestModule): number => {
  const suites = [...module.children.allSuites()]
  return [module, ...suites].filter((suite) => suite.errors().length > 0).length
}

const missingStack = (module: TestModule): string | undefined => {
  const { stack } = module.project.getProvidedContext() as { readonly stack?: { readonly missing?: string } }
  return stack?.missing
}

const notRunIn = (module: TestModule, root: string): NotRun[] => {
  const tests = [...module.children.allTests('skipped')].length
  if (tests === 0) return []
  const missing = missingStack(module)
  const known = missing === undefined ? reasonsOf(module) : [`no stack: ${missing}`]
  const fallback = errorsAround(module) > 0 ? 'a hook before them failed' : 'skipped by the file itself'
  const reason = known.length > 0 ? known.join('; ') : fallback
  return [{ file: fileOf(root, module.moduleId), tests, reason, lacksStack: missing !== undefined }]
}

const countTests = (modules: readonly TestModule[], states: readonly string[]): number =>
  modules.reduce(
    (sum, module) => sum + [...module.children.allTests()].filter((test) => states.includes(test.result().state)).length,
    0,
  )

export interface RunEnd {
  readonly root: string
  /** The planned files. A file whose worker has crashed has no module. */
  readonly specifications: readonly TestSpecification[]
  readonly modules: readonly TestModule[]
  readonly unhandled: readonly SerializedError[]
}

/** Counts the results of a run. A run without any result counts as one failure. */
export const tally = ({ root, specifications, modules, unhandled }: RunEnd): Tally => {
  const passed = countTests(modules, ['passed'])
  const skipped = countTests(modules, ['skipped'])
  // A test that is still pending was interrupted.
  const failedTests = countTests(modules, ['failed', 'pending'])
  const unstarted = specifications.length - modules.length
  const around = modules.reduce((sum, module) => sum + errorsAround(module), 0)
  const failed = failedTests + unstarted + around + unhandled.length
  const isEmpty = passed + failed + skipped === 0
  return { passed, failed: isEmpty ? 1 : failed, skipped, notRun: modules.flatMap((module) => notRunIn(module, root)) }
}
