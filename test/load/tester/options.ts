import { randomInt } from 'node:crypto'
import type { Endpoint } from '../machines/endpoint.ts'
import { parseEndpoint } from '../machines/endpoint.ts'
import { commandKindsOf } from '../mix/mix.ts'
import { readFormerReport } from '../report/former-report.ts'
import type { LoadReport } from '../report/load-report.ts'
import { isMeasured } from '../scenario/actions.ts'
import type { Workload } from '../scenario/workload.ts'
import { wholeIteration } from '../scenario/workload.ts'
import { checkBounds } from './bounds.ts'
import { commandLine } from './command-line.ts'
import type { OptionValues } from './option-values.ts'
import { optionValues } from './option-values.ts'
import type { Shape } from './presets.ts'
import { shapeAndWorkload } from './shape-options.ts'
import { checkTargets } from './targets.ts'
import type { Threshold } from './thresholds.ts'
import { parseThreshold } from './thresholds.ts'
import { parseCount } from './units.ts'

export interface LoadTestOptions {
  readonly urls: readonly string[]
  /** The targets on other machines belong to the caller. */
  readonly isOwner: boolean
  readonly shape: Shape
  readonly workload: Workload
  readonly seed: number
  /** Processes of this machine. */
  readonly workers: number
  /** Undefined: no other machines. */
  readonly agents?: { readonly count: number; readonly listenOn: Endpoint }
  readonly isChecked: boolean
  readonly thresholds: readonly Threshold[]
  /** The command that repeats the run. */
  readonly command: string
  readonly files: OutputFiles
  readonly otlpUrl?: string
  readonly livePort?: number
  readonly former?: LoadReport
  readonly tokensFile: string | undefined
  readonly tokenCommand: string | undefined
}

/** The files to write, by the option that names them. */
export interface OutputFiles {
  readonly html: string
  readonly json?: string | undefined
  readonly csv?: string | undefined
  readonly junit?: string | undefined
}

const agentsOf = (values: OptionValues): LoadTestOptions['agents'] => {
  const { agents, 'agent-listen': listenOn = '0.0.0.0:7100' } = values
  if (agents === undefined) {
    if (values['agent-listen'] !== undefined) throw new Error('--agent-listen: needs --agents')
    return undefined
  }
  return { count: parseCount('--agents', agents, 1, 100), listenOn: parseEndpoint('--agent-listen', listenOn) }
}

const otlpUrlOf = (text: string): string => {
  if (!/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''))
    throw new Error(`--otlp: "${text}" is not an HTTP address, such as http://127.0.0.1:4318/v1/metrics`)
  return text
}

const thresholdsOf = (
  values: OptionValues,
  { scenario, mix, ephemeral = [] }: Workload,
  isChecked: boolean,
): readonly Threshold[] => {
  const actions = scenario && [...new Set(scenario.flow.map((step) => step.do).filter(isMeasured)), wholeIteration]
  const measurable = { isChecked, kinds: commandKindsOf(mix), ephemeral, ...(actions === undefined ? {} : { actions }) }
  return (values['fail-if'] ?? []).map((text) => parseThreshold(text, measurable))
}

/** Throws an error that names the option and the reason. */
export const parseOptions = (args: readonly string[]): LoadTestOptions => {
  const values = optionValues(args)
  if (values.tokens !== undefined && values['token-command'] !== undefined)
    throw new Error('--token-command: --tokens is given too')
  const { shape, workload } = shapeAndWorkload(values)
  const isChecked = values['no-check'] !== true
  if (isChecked) checkBounds(shape, workload)
  const agents = agentsOf(values)
  const seed = parseCount('--seed', values.seed ?? String(randomInt(1_000_000)), 0, 2 ** 32 - 1)
  const { html = 'load-report.html', json, csv, junit, otlp, live, compare } = values
  const isOwner = values['i-own-this-target'] === true
  return {
    urls: checkTargets(values.url ?? [], isOwner),
    isOwner,
    shape,
    workload,
    seed,
    // With agents, this machine may leave the load to them.
    workers: parseCount('--workers', values.workers ?? '1', agents === undefined ? 1 : 0, 64),
    ...(agents === undefined ? {} : { agents }),
    isChecked,
    thresholds: thresholdsOf(values, workload, isChecked),
    command: commandLine(values, seed),
    files: { html, json, csv, junit },
    ...(otlp === undefined ? {} : { otlpUrl: otlpUrlOf(otlp) }),
    ...(live === undefined ? {} : { livePort: parseCount('--live', live, 0, 65_535) }),
    ...(compare === undefined ? {} : { former: readFormerReport(compare) }),
    tokensFile: values.tokens,
    tokenCommand: values['token-command'],
  }
}
