import { parseArgs } from 'node:util'

const text = { type: 'string' } as const
const texts = { type: 'string', multiple: true } as const
const flag = { type: 'boolean' } as const

/** The options of a run, in the order of `--help`. */
const runOptions = {
  url: texts,
  preset: text,
  users: text,
  rooms: text,
  'room-size': text,
  'message-size': text,
  mix: text,
  rate: text,
  duration: text,
  stage: texts,
  scenario: text,
  ramp: text,
  'slow-readers': text,
  drops: text,
  workers: text,
  seed: text,
  agents: text,
  'agent-listen': text,
  tokens: text,
  'token-command': text,
  html: text,
  json: text,
  csv: text,
  junit: text,
  otlp: text,
  live: text,
  compare: text,
  'fail-if': texts,
  'no-check': flag,
  'i-own-this-target': flag,
} as const

/** The options of an agent; it gets all others from the machine that it joins. */
const agentOptions = { agent: text, workers: text, 'i-own-this-target': flag } as const

type Parsed<Options extends NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>> = ReturnType<
  typeof parseArgs<{ options: Options }>
>['values']

export type OptionValues = Parsed<typeof runOptions>
export type AgentValues = Parsed<typeof agentOptions>

/** Throws an error that names an unknown option. */
export const optionValues = (args: readonly string[]): OptionValues => parseArgs({ args: [...args], options: runOptions }).values

export const agentValues = (args: readonly string[]): AgentValues => parseArgs({ args: [...args], options: agentOptions }).values

const has = (args: readonly string[], option: string): boolean =>
  args.some((arg) => arg === option || arg.startsWith(`${option}=`))

export const asksForHelp = (args: readonly string[]): boolean => has(args, '--help')
export const isAgent = (args: readonly string[]): boolean => has(args, '--agent')
export const optionNames = [...new Set([...Object.keys(runOptions), ...Object.keys(agentOptions)])]
