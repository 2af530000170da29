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

Connects users to the gateways, has them write into rooms at a steady rate, and
tells how long it took until messages were stored and received, and whether any
was lost, doubled or reordered. Latencies count from the moment at which a
message was meant to be sent, so that a stall is not left out.

  --url URL               a gateway; several are used in turn
  --preset NAME           begins with one of these, which other options change:
${presetLines.join('\n')}
  --users N               sockets, one each (${usualShape.users})
  --rooms N               (${usualShape.rooms})
  --room-size D           members of a room (${usualShape.roomSize})
  --message-size D        characters (${usualShape.messageSize})
  --rate N                messages a second, over all users (${usualShape.rate})
  --duration T            of sending (60s)
  --ramp T                over which sockets are opened (5s)
  --slow-readers SHARE    of the users read in fits and starts
  --drops N               sockets dropped a second, which come back and resume
  --workers N             processes (1)
  --seed N                of all that is random
  --tokens FILE           JWTs, one a line; a user's name is its token's subject
  --token-command CMD     prints the JWT for the user whose name is its last argument
  --json FILE             where the numbers go
  --html FILE             where the page goes (load-report.html)
  --fail-if CONDITION     ends with 1 if it is so, as p99>250ms, stored.p50>20ms,
                          errors>1%, busy>80%; may be given several times
  --no-check              measures only: does not judge, and keeps no history
  --i-own-this-target     for addresses that are not this machine

D is a number (20), a range (2-50) or zipf:MOST (many small, few of MOST).
T is 500ms, 60s, 5m. Ctrl-C stops it with a report; once more, without.
Ends with 0; with 1 if a condition is met or the verdict is bad; with 2 if it
was misused or could not be run.
`

/** Entries of a history that fit into the memory of a small machine. */
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
      `this makes about ${Math.round(frames / 1e6)} million frames, too many to be judged: lower --rate, --room-size or --duration, or say --no-check`,
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
    throw new Error(`--preset: there is no "${values.preset}"; there are ${Object.keys(presets).join(', ')}`)
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
