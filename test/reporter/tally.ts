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
  /** The failures that vitest does not list with a test or a file: one line for each. */
  readonly unlisted: readonly string[]
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

const unlistedIn = ({ root, specifications, modules, unhandled }: RunEnd): string[] => {
  const started = new Set(modules.map(({ moduleId }) => moduleId))
  const unstarted = specifications.filter(({ moduleId }) => !started.has(moduleId)).map(({ moduleId }) => fileOf(root, moduleId))
  const interrupted = modules.flatMap((module) =>
    [...module.children.allTests('pending')].map(({ fullName }) => `${fileOf(root, module.moduleId)} > ${fullName}`),
  )
  return [
    ...unstarted.map((file) => `did not run: ${file}`),
    ...interrupted.map((test) => `interrupted: ${test}`),
    ...unhandled.map(({ name, message }) => `uncaught error: ${[name, message].filter(Boolean).join(': ').split('\n')[0]}`),
  ]
}

/** Counts the results of a run. A run without any result counts as one failure. */
export const tally = (end: RunEnd): Tally => {
  const { root, specifications, modules, unhandled } = end
  const passed = countTests(modules, ['passed'])
  const skipped = countTests(modules, ['skipped'])
  // A test that is still pending was interrupted.
  const failedTests = countTests(modules, ['failed', 'pending'])
  const unstarted = specifications.length - modules.length
  const around = modules.reduce((sum, module) => sum + errorsAround(module), 0)
  const failed = failedTests + unstarted + around + unhandled.length
  const isEmpty = passed + failed + skipped === 0
  const notRun = modules.flatMap((module) => notRunIn(module, root))
  return { passed, failed: isEmpty ? 1 : failed, skipped, notRun, unlisted: unlistedIn(end) }
}
