import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { parseDistribution } from '../../support/load/distribution.ts'
import type { Condition } from './conditions.ts'
import { parseCondition } from './conditions.ts'
import type { Shape } from './presets.ts'
import { presets, usualShape } from './presets.ts'
import { checkTargets } from './targets.ts'
import { parseCount, parseDuration, parseShare } from './units.ts'

export interface LoadTestOptions {
  readonly urls: readonly string[]
  readonly shape: Shape
  readonly seed: number
  readonly workers: number
  readonly isChecked: boolean
  readonly conditions: readonly Condition[]
  readonly jsonFile: string | undefined
  readonly htmlFile: string | undefined
  readonly tokensFile: string | undefined
  readonly tokenCommand: string | undefined
}

const presetLines = Object.entries(presets).map(([name, { meaning }]) => `    ${name.padEnd(17)} ${meaning}`)

export const usage = `Usage: npm run load -- --url ws://127.0.0.1:8080/ws [--url …] [options]

Connects users to the gateways and sends messages into rooms at a steady rate.
Reports the times until messages are stored and received, and whether messages
are lost, duplicated or reordered. A latency counts from the time at which the
message was due, so that it includes stalls.

  --url URL               a gateway; several are used in turn
  --preset NAME           one of these; other options override its values:
${presetLines.join('\n')}
  --users N               users, with one socket each (${usualShape.users})
  --rooms N               rooms (${usualShape.rooms})
  --room-size D           members of a room (${usualShape.roomSize})
  --message-size D        characters of a message (${usualShape.messageSize})
  --rate N                messages a second of all users together (${usualShape.rate})
  --duration T            how long messages are sent (60s)
  --ramp T                time over which sockets are opened (5s)
  --slow-readers SHARE    share of the users that read with pauses
  --drops N               sockets dropped a second; they reconnect and resume
  --workers N             processes (1)
  --seed N                seed of all random choices
  --tokens FILE           JWTs, one a line; the subject of a token is the user's name
  --token-command CMD     prints the JWT of the user whose name is its last argument
  --json FILE             file for the numbers
  --html FILE             file for the page (load-report.html)
  --fail-if CONDITION     ends with 1 if it is true, such as p99>250ms, errors>1%,
                          stored.p50>20ms, busy>80%; may be given several times
  --no-check              only measures: checks no frames and keeps no history
  --i-own-this-target     permits addresses of other machines

D is a number (20), a range (2-50) or zipf:MOST (many small values, few up to MOST).
T is 500ms, 60s, 5m. Ctrl-C stops the run with a report; a second Ctrl-C ends it
without one. Exit code: 0; 1 if a condition is true or frames are lost, duplicated
or reordered; 2 if the options are invalid or the load cannot run.
`

/** The number of history entries that fit into the memory of a small machine. */
const entriesMost = 30_000_000

const meanOf = (distribution: string): number => {
  const draw = parseDistribution(distribution)
  const points = 1_000
  let sum = 0
  for (let point = 0; point < points; point += 1) {
    const next = (): number => (point + 0.5) / points
    sum += draw({ next, below: (below) => Math.floor(next() * below), chance: () => false, pick: ([first]) => first as never })
  }
  return sum / points
}

const checkBounds = ({ rate, durationMs, roomSize, users }: Shape, isChecked: boolean): void => {
  const frames = rate * (durationMs / 1_000) * Math.min(users, meanOf(roomSize))
  if (isChecked && frames > entriesMost)
    throw new Error(
      `this makes about ${Math.round(frames / 1e6)} million frames, too many to check: lower --rate, --room-size or --duration, or use --no-check`,
    )
}

export const parseOptions = (args: readonly string[]): LoadTestOptions | 'help' => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string', multiple: true, default: [] },
      preset: { type: 'string' },
      users: { type: 'string' },
      rooms: { type: 'string' },
      'room-size': { type: 'string' },
      'message-size': { type: 'string' },
      rate: { type: 'string' },
      duration: { type: 'string' },
      ramp: { type: 'string' },
      'slow-readers': { type: 'string' },
      drops: { type: 'string' },
      workers: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      tokens: { type: 'string' },
      'token-command': { type: 'string' },
      json: { type: 'string' },
      html: { type: 'string', default: 'load-report.html' },
      'fail-if': { type: 'string', multiple: true, default: [] },
      'no-check': { type: 'boolean', default: false },
      'i-own-this-target': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'

  const preset = values.preset === undefined ? undefined : presets[values.preset]
  if (values.preset !== undefined && preset === undefined)
    throw new Error(`--preset: "${values.preset}" is not one of ${Object.keys(presets).join(', ')}`)
  const base = { ...usualShape, ...preset?.shape }
  const given = <T>(option: keyof typeof values, parse: (option: string, text: string) => T, otherwise: T): T => {
    const text = values[option]
    return typeof text === 'string' ? parse(`--${option}`, text) : otherwise
  }
  const count = (least: number, most: number) => (option: string, text: string) => parseCount(option, text, least, most)
  const distribution = (option: string, text: string): string => {
    try {
      parseDistribution(text)
    } catch (error) {
      throw new Error(`${option}: ${(error as Error).message}`)
    }
    return text
  }

  const shape: Shape = {
    users: given('users', count(1, 50_000), base.users),
    rooms: given('rooms', count(1, 50_000), base.rooms),
    roomSize: given('room-size', distribution, base.roomSize),
    messageSize: given('message-size', distribution, base.messageSize),
    rate: given('rate', count(0.1, 50_000), base.rate),
    durationMs: given('duration', parseDuration, base.durationMs),
    rampMs: given('ramp', parseDuration, base.rampMs),
    slowReaders: given('slow-readers', parseShare, base.slowReaders),
    dropsPerSecond: given('drops', count(0, 10_000), base.dropsPerSecond),
  }
  const isChecked = !values['no-check']
  checkBounds(shape, isChecked)
  return {
    urls: checkTargets(values.url, values['i-own-this-target']),
    shape,
    seed: parseCount('--seed', values.seed, 0, 2 ** 32 - 1),
    workers: parseCount('--workers', values.workers, 1, 64),
    isChecked,
    conditions: values['fail-if'].map(parseCondition),
    jsonFile: values.json,
    htmlFile: values.html,
    tokensFile: values.tokens,
    tokenCommand: values['token-command'],
  }
}
