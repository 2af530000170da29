import { parseDistribution } from '../../support/load/distribution.ts'
import type { Stage } from '../../support/load/schedule.ts'
import { durationOf } from '../../support/load/schedule.ts'
import type { Mix } from '../mix/mix.ts'
import { ephemeralKindsOf, parseMix } from '../mix/mix.ts'
import type { ScenarioFile } from '../scenario/scenario-file.ts'
import { readScenario } from '../scenario/scenario-file.ts'
import type { Workload } from '../scenario/workload.ts'
import type { OptionValues } from './option-values.ts'
import type { Shape } from './presets.ts'
import { presets, usualShape } from './presets.ts'
import { parseCount, parseDuration, parseShare } from './units.ts'

const rateMost = 50_000
const usersMost = 50_000

/** An error of `parse` begins with the option. */
const parseWithReason =
  <Value>(parse: (text: string) => Value) =>
  (option: string, text: string): Value => {
    try {
      return parse(text)
    } catch (error) {
      throw new Error(`${option}: ${(error as Error).message}`)
    }
  }

/** The text, if it is a distribution. */
const distributionText = (text: string): string => {
  parseDistribution(text)
  return text
}

/** `30s:100` */
const parseStage = (text: string): Stage => {
  const [duration = '', target = '', ...more] = text.split(':')
  if (target === '' || more.length > 0)
    throw new Error(`--stage: "${text}" is not a stage; write DURATION:TARGET, such as 30s:100`)
  return { durationMs: parseDuration('--stage', duration), target: parseCount('--stage', target, 0, rateMost) }
}

const presetOf = (name: string | undefined): Partial<Shape> => {
  if (name === undefined) return {}
  const preset = presets[name]
  if (preset === undefined) throw new Error(`--preset: "${name}" is not one of ${Object.keys(presets).join(', ')}`)
  return preset.shape
}

const stagesOf = ({ stage, duration }: OptionValues, file: ScenarioFile | undefined): readonly Stage[] => {
  const stages = stage?.map(parseStage) ?? file?.stages ?? []
  if (stages.length === 0) return stages
  const source = stage === undefined ? 'the stages of the scenario' : '--stage'
  if (duration !== undefined) throw new Error(`--duration: ${source} already determine the duration`)
  if (durationOf(stages) === 0) throw new Error(`--stage: the stages have no duration`)
  return stages
}

const shapeOf = (values: OptionValues, stages: readonly Stage[]): Shape => {
  const base = { ...usualShape, ...presetOf(values.preset) }
  type Name = keyof OptionValues
  const given = <T>(name: Name, parse: (option: string, text: string) => T, otherwise: T): T => {
    const { [name]: text } = values
    return typeof text === 'string' ? parse(`--${name}`, text) : otherwise
  }
  const count = (least: number, most: number) => (option: string, text: string) => parseCount(option, text, least, most)
  const mix = given<Mix | undefined>('mix', parseWithReason(parseMix), base.mix)
  const rate = given('rate', count(0.1, rateMost), stages.length > 0 ? 0 : base.rate)
  return {
    users: given('users', count(1, usersMost), base.users),
    rooms: given('rooms', count(1, 50_000), base.rooms),
    roomSize: given('room-size', parseWithReason(distributionText), base.roomSize),
    messageSize: given('message-size', parseWithReason(distributionText), base.messageSize),
    ...(mix === undefined ? {} : { mix }),
    rate: Math.max(rate, ...stages.map(({ target }) => target)),
    stages,
    durationMs: stages.length > 0 ? durationOf(stages) : given('duration', parseDuration, base.durationMs),
    rampMs: given('ramp', parseDuration, base.rampMs),
    slowReaders: given('slow-readers', parseShare, base.slowReaders),
    dropsPerSecond: given('drops', count(0, 10_000), base.dropsPerSecond),
  }
}

const closedWorkload = (values: OptionValues, { users, stages, durationMs }: Shape): Workload => {
  if (values.rate !== undefined)
    throw new Error('--rate: a scenario of the closed model has users (--users, --stage) and no rate')
  const most = Math.max(0, ...stages.map(({ target }) => target))
  if (most > users) throw new Error(`--stage: ${most} users, but there are ${users}; use --users ${Math.ceil(most)}`)
  return stages.length > 0 ? { start: 0, stages } : { start: users, stages: [{ durationMs, target: users }] }
}

/** The shape without the mix, because the flow of a scenario determines the commands. */
const scenarioShape = (values: OptionValues, { mix: _, ...shape }: Shape): Shape => {
  if (values.mix !== undefined)
    throw new Error('--mix: a scenario determines the commands; its flow may have the steps react, edit and delete')
  return shape
}

const openWorkload = (values: OptionValues, { rate, stages, durationMs }: Shape): Workload => {
  if (stages.length === 0) return { start: rate, stages: [{ durationMs, target: rate }] }
  return { start: values.rate === undefined ? 0 : parseCount('--rate', values.rate, 0.1, rateMost), stages }
}

const mixOf = ({ mix }: Shape): Pick<Workload, 'mix' | 'ephemeral'> =>
  mix === undefined ? {} : { mix, ephemeral: ephemeralKindsOf(mix) }

/** The options that determine the load. */
export const shapeAndWorkload = (values: OptionValues): { readonly shape: Shape; readonly workload: Workload } => {
  const file = values.scenario === undefined ? undefined : readScenario(values.scenario)
  const wanted = shapeOf(values, stagesOf(values, file))
  if (file === undefined) return { shape: wanted, workload: { ...openWorkload(values, wanted), ...mixOf(wanted) } }
  const { scenario } = file
  const shape = scenarioShape(values, wanted)
  const workload = scenario.model === 'closed' ? closedWorkload(values, shape) : openWorkload(values, shape)
  return { shape, workload: { ...workload, scenario, ephemeral: ephemeralKindsOf(scenario) } }
}
