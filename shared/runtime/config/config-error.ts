import { StartError } from './start-error.ts'

/** A problem with one variable. Does not contain its value, which may be a secret. */
export interface ConfigProblem {
  readonly key: string
  readonly reason: string
}

/** The environment is invalid; the message names every bad variable. */
export class ConfigError extends StartError {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(`configuration: ${problems.map(({ key, reason }) => `${key} ${reason}`).join('; ')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}
