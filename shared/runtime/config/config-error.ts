import { StartError } from './start-error.ts'

/** What is wrong with one variable. Never says its value, which may be a secret. */
export interface ConfigProblem {
  readonly key: string
  readonly reason: string
}

/** The environment cannot be used; the message names every variable that is to blame. */
export class ConfigError extends StartError {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(`configuration: ${problems.map(({ key, reason }) => `${key} ${reason}`).join('; ')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}
