import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Stage } from '../../support/load/schedule.ts'
import type { ActionName } from './actions.ts'
import { actionNames, actions } from './actions.ts'
import { duration } from './fields.ts'

/** A step of a flow, as it is in the file. Each process checks and prepares it again. */
export interface Step {
  readonly do: ActionName
  readonly [field: string]: unknown
}

export interface Scenario {
  readonly name?: string | undefined
  /**
   * `open`: iterations start at a rate, however long the service takes. `closed`: a number of
   * users repeat the flow, so that a slow service gets fewer requests.
   */
  readonly model: 'open' | 'closed'
  readonly flow: readonly Step[]
  /** `auto`: the users do it beside the flow. */
  readonly read?: 'auto' | undefined
  readonly typing?: 'auto' | undefined
}

export interface ScenarioFile {
  readonly scenario: Scenario
  readonly stages: readonly Stage[]
}

const stepSchema = z.discriminatedUnion(
  'do',
  actionNames.map((name) => z.strictObject({ do: z.literal(name), ...actions[name].fields })) as unknown as [z.ZodObject],
)

const schema = z.strictObject({
  name: z.string().max(100).optional(),
  model: z.enum(['open', 'closed']),
  stages: z.array(z.strictObject({ duration, target: z.number().min(0).max(50_000) })).optional(),
  flow: z.array(stepSchema).min(1).max(100),
  read: z.literal('auto').optional(),
  typing: z.literal('auto').optional(),
})

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text === '' ? '' : `${text}.`}${String(part)}`),
    '',
  )

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce((inner, part) => (inner as Record<PropertyKey, unknown> | undefined)?.[part], value)

/** The first problem of a file, with the field in front. */
const problemOf = ({ issues }: z.ZodError, value: unknown): string => {
  const [issue] = issues
  if (issue === undefined) return 'is not valid'
  if (issue.code === 'unrecognized_keys') return `${pathText([...issue.path, ...issue.keys.slice(0, 1)])}: there is no such field`
  const where = pathText(issue.path)
  const field = where === '' ? '' : `${where}: `
  if (issue.code === 'invalid_union') {
    const given = JSON.stringify(valueAt(value, issue.path)) ?? 'nothing'
    return `${field}${given} is not one of ${actionNames.join(', ')}`
  }
  return valueAt(value, issue.path) === undefined && where !== '' ? `${field}is missing` : `${field}${issue.message}`
}

const changes: ReadonlySet<ActionName> = new Set(['react', 'edit', 'delete'])

/** Throws if a step has no message of the iteration to change. */
const checkChanges = (flow: readonly Step[]): void => {
  let messages = 0
  for (const [place, { do: name, count = 1 }] of flow.entries()) {
    if (changes.has(name) && messages === 0)
      throw new Error(
        `flow[${place}].do: "${name}" needs a "send" before it, because it changes the newest message of the iteration`,
      )
    if (name === 'send') messages += Number(count)
    if (name === 'delete') messages -= 1
  }
}

/** Throws if a step is not possible after the ones before it. */
const checkOrder = (flow: readonly Step[]): void => {
  const hasJoin = flow.some((step) => step.do === 'join')
  let isMember = !hasJoin
  for (const [place, step] of flow.entries()) {
    const field = `flow[${place}].do`
    if (step.do === 'join' && isMember) throw new Error(`${field}: "join" follows a "join"; there is no "leave" between them`)
    if (step.do !== 'join' && step.do !== 'think' && !isMember)
      throw new Error(
        `${field}: "${step.do}" needs a "join" before it, because the flow has a "join" and the user is not in the room yet`,
      )
    if (step.do === 'leave' && !hasJoin) throw new Error(`${field}: "leave" needs a "join" before it`)
    if (step.do === 'join') isMember = true
    if (step.do === 'leave') isMember = false
  }
}

/** Checks the content of a scenario file; throws an error that names the field and the reason. */
export const parseScenario = (text: string): ScenarioFile => {
  const value: unknown = JSON.parse(text)
  const { data, error } = schema.safeParse(value)
  if (data === undefined) throw new Error(problemOf(error, value))
  // The steps as they are in the file: durations and distributions are parsed in each process.
  const { flow } = value as { readonly flow: readonly Step[] }
  checkOrder(flow)
  checkChanges(flow)
  const { name, model, stages = [], read, typing } = data
  const ephemeral = { ...(read === undefined ? {} : { read }), ...(typing === undefined ? {} : { typing }) }
  return {
    scenario: { ...(name === undefined ? {} : { name }), model, flow, ...ephemeral },
    stages: stages.map(({ duration: durationMs, target }) => ({ durationMs, target })),
  }
}

export const readScenario = (file: string): ScenarioFile => {
  try {
    return parseScenario(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`--scenario: ${file}: ${(error as Error).message}`)
  }
}
