import type { ConfigProblem } from './config-error.ts'
import { securityProblems } from './security-config.ts'
import type { Setting } from './setting.ts'
import type { ServiceValues } from './settings.ts'
import { settings } from './settings.ts'
import { timeOrderProblems } from './time-order.ts'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The value of every setting, by the name of its variable. */
export type ConfigValues = ServiceValues & Readonly<Record<string, unknown>>

/** The parsed environment, and the problems of single variables, of the order of times, and of the security settings. */
export interface ParsedEnvironment {
  readonly values: ConfigValues
  readonly problems: readonly ConfigProblem[]
}

const all: Readonly<Record<string, Setting>> = {
  ...settings.services,
  ...settings.access,
  ...settings.security,
  ...settings.files,
  ...settings.relay,
  ...settings.times,
  ...settings.bounds,
  ...settings.limits,
  ...settings.rates,
}

/**
 * Parses all variables. An empty variable counts as unset, because templates leave variables empty. A bad variable
 * keeps its text, so that it counts as set.
 */
export const parseEnvironment = (env: Environment): ParsedEnvironment => {
  const problems: ConfigProblem[] = []
  const read = ([key, { schema }]: readonly [string, Setting]): unknown => {
    const text = env[key] || undefined
    const parsed = schema.safeParse(text)
    if (parsed.success) return parsed.data
    problems.push(...parsed.error.issues.map(({ message }) => ({ key, reason: message })))
    return text
  }
  const values = Object.fromEntries(Object.entries(all).map((entry) => [entry[0], read(entry)])) as unknown as ConfigValues
  problems.push(...timeOrderProblems(values))
  const isComparable = !problems.some(({ key }) => key in settings.security || key === 'REDIS_URL')
  return { values, problems: isComparable ? [...problems, ...securityProblems(values)] : problems }
}
