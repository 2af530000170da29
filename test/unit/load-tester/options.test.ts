import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseAgentOptions } from '../../load/tester/agent-options.ts'
import { optionNames } from '../../load/tester/option-values.ts'
import { parseOptions } from '../../load/tester/options.ts'
import { usage } from '../../load/tester/usage.ts'

const url = ['--url', 'ws://127.0.0.1:8080/ws']
const optionsOf = (...args: readonly string[]) => parseOptions([...url, ...args])

const folder = mkdtempSync(join(tmpdir(), 'load-options-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fileWith = (name: string, content: unknown): string => {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(content))
  return file
}

describe('The options of a load test', () => {
  it('have defaults for all options except the target', () => {
    const { shape, workers, isChecked, files } = optionsOf()
    expect(shape).toMatchObject({ users: 100, rooms: 20, rate: 100, durationMs: 60_000 })
    expect({ workers, isChecked, html: files.html }).toEqual({ workers: 1, isChecked: true, html: 'load-report.html' })
    expect(() => parseOptions([])).toThrow('--url is missing')
  })

  it('override the values of a preset', () => {
    expect(optionsOf('--preset', 'town-hall', '--users', '50').shape).toMatchObject({ users: 50, rooms: 1, rate: 10 })
  })

  it.each([
    [['--rate', 'fast'], '--rate: "fast" is not a number from 0.1 to 50000'],
    [['--users', '0'], '--users: "0" is not a number from 1'],
    [['--duration', '60'], '--duration: "60" is not a duration'],
    [['--room-size', 'many'], '--room-size: "many" is not a whole number'],
    [['--slow-readers', '2'], '--slow-readers: "2" is not a share'],
    [['--preset', 'chaos'], '"chaos" is not one of many-rooms'],
    [['--fail-if', 'p99 is bad'], '--fail-if: "p99 is bad" is not a condition'],
    [['--fast'], "Unknown option '--fast'"],
    [['--stage', '30s'], '--stage: "30s" is not a stage; write DURATION:TARGET'],
    [['--stage', '30s:100:2'], '--stage: "30s:100:2" is not a stage'],
    [['--stage', '30:100'], '--stage: "30" is not a duration; write 250ms, 60s, 5m or 1h'],
    [['--stage', '30s:many'], '--stage: "many" is not a number from 0 to 50000'],
    [['--stage', '0s:100'], '--stage: the stages have no duration'],
    [['--stage', '30s:100', '--duration', '1m'], '--duration: --stage already determine'],
    [['--scenario', '/missing.json'], '--scenario: /missing.json: ENOENT'],
    [['--tokens', 'a', '--token-command', 'b'], '--token-command: --tokens is given too'],
    [['--otlp', 'collector:4318'], '--otlp: "collector:4318" is not an HTTP address'],
    [['--live', '70000'], '--live: "70000" is not a number from 0 to 65535'],
    [['--agents', '0'], '--agents: "0" is not a number from 1 to 100'],
    [['--agent-listen', '0.0.0.0:1'], '--agent-listen: needs --agents'],
    [['--agents', '1', '--agent-listen', 'here'], '--agent-listen: "here" is not an address; write HOST:PORT'],
    [['--workers', '0'], '--workers: "0" is not a number from 1'],
    [['--compare', '/missing.json'], '--compare: cannot read /missing.json: ENOENT'],
    [['--fail-if', 'lost>0', '--no-check'], '--fail-if: "lost>0" needs the check of the frames; remove --no-check'],
    [['--mix', 'messages=90,likes=10'], '--mix: "likes" is not one of messages, reactions, edits, deletes, pins'],
    [['--mix', 'messages=100,read=all'], '--mix: read: "read=all" is not possible; write read=auto'],
    [['--fail-if', 'typing.p99>1s'], '--fail-if: "typing.p99>1s" is not a condition'],
    [['--mix', 'messages=90,edits=5'], '--mix: the shares add up to 95; they must add up to 100'],
    [['--mix', 'messages=90,edits=ten'], '--mix: edits: "edits=ten" is not a share'],
    [['--fail-if', 'edits-stored.p99>1s'], '--fail-if: "edits-stored.p99>1s" is not a condition'],
    [['--fail-if', 'iteration.p99>1s'], '--fail-if: "iteration.p99>1s" is not a condition'],
  ])('%j is refused with the reason', (args, reason) => {
    expect(() => parseOptions([...url, ...args])).toThrow(reason)
  })

  it('that make too many frames to check are refused, except with --no-check', () => {
    const much = ['--rate', '5000', '--room-size', '100', '--duration', '10m']
    expect(() => optionsOf(...much)).toThrow(/about 300 million frames.*--no-check/)
    expect(optionsOf(...much, '--no-check').isChecked).toBe(false)
  })
})

describe('The mix of a load test', () => {
  const mix = { messages: 90, reactions: 8, edits: 2 }

  it('is part of the work of each process; without it there are messages only', () => {
    const { shape, workload } = optionsOf('--mix', 'messages=90,reactions=8,edits=2')
    expect({ shape: shape.mix, workload: workload.mix }).toEqual({ shape: mix, workload: mix })
    expect(optionsOf().workload).not.toHaveProperty('mix')
  })

  it('adds signals and read markers to the work of each process, also of a scenario', () => {
    const { workload, thresholds } = optionsOf('--mix', 'messages=100,typing=auto', '--fail-if', 'typing.p99>1s')
    expect([workload.ephemeral, thresholds]).toEqual([['typing'], [expect.objectContaining({ text: 'typing.p99>1s' })]])
    const file = fileWith('reading.json', { model: 'closed', flow: [{ do: 'send' }], read: 'auto', typing: 'auto' })
    expect(optionsOf('--scenario', file, '--fail-if', 'read.p99>1s').workload.ephemeral).toEqual(['read', 'typing'])
    const wrong = fileWith('wrong-read.json', { model: 'closed', flow: [{ do: 'send' }], read: 'all' })
    expect(() => optionsOf('--scenario', wrong)).toThrow('wrong-read.json: read:')
  })

  it('replaces the mix of a preset', () => {
    expect(optionsOf('--preset', 'living-messages').workload.mix).toMatchObject({ messages: 88, pins: 1 })
    const { shape } = optionsOf('--preset', 'living-messages', '--mix', 'messages=100')
    expect(shape).toMatchObject({ users: 500, mix: { messages: 100 } })
  })

  it('permits thresholds on each of its kinds', () => {
    const thresholds = ['--fail-if', 'edits-stored.p99>1s', '--fail-if', 'messages-received.p50<1s']
    expect(optionsOf('--mix', 'messages=90,edits=10', ...thresholds).thresholds).toHaveLength(2)
  })

  it('is refused with a scenario, whose flow determines the commands', () => {
    const file = fileWith('mixed.json', { model: 'open', flow: [{ do: 'send' }, { do: 'react' }] })
    expect(() => optionsOf('--scenario', file, '--mix', 'messages=100')).toThrow('--mix: a scenario determines the commands')
    expect(optionsOf('--scenario', file, '--preset', 'living-messages').shape).not.toHaveProperty('mix')
  })
})

describe('The stages of a load test', () => {
  it('begin at 0, or at --rate, and determine the duration', () => {
    const stages = ['--stage', '30s:100', '--stage', '2m:1000'] as const
    const { shape, workload } = optionsOf(...stages)
    expect(shape).toMatchObject({ durationMs: 150_000, rate: 1_000 })
    expect(workload).toEqual({
      start: 0,
      stages: [
        { durationMs: 30_000, target: 100 },
        { durationMs: 120_000, target: 1_000 },
      ],
    })
    expect(optionsOf(...stages, '--rate', '50').workload.start).toBe(50)
  })

  it('of a scenario are used unless --stage replaces them', () => {
    const stages = [{ duration: '10s', target: 5 }]
    const file = fileWith('stages.json', { model: 'open', stages, flow: [{ do: 'send' }] })
    expect(optionsOf('--scenario', file).workload.stages).toEqual([{ durationMs: 10_000, target: 5 }])
    const { workload } = optionsOf('--scenario', file, '--stage', '1s:7')
    expect(workload.stages).toEqual([{ durationMs: 1_000, target: 7 }])
  })

  it('of the closed model are users, of whom there must be enough', () => {
    const file = fileWith('closed.json', { model: 'closed', flow: [{ do: 'think', time: '1s' }, { do: 'send' }] })
    expect(optionsOf('--scenario', file, '--users', '20').workload).toMatchObject({ start: 20, stages: [{ target: 20 }] })
    expect(() => optionsOf('--scenario', file, '--users', '20', '--stage', '1m:30')).toThrow(
      '--stage: 30 users, but there are 20; use --users 30',
    )
    expect(() => optionsOf('--scenario', file, '--rate', '5')).toThrow('--rate: a scenario of the closed model has users')
  })

  it('are part of the bound on frames that fit into memory', () => {
    const much = ['--stage', '5m:10000', '--room-size', '100'] as const
    expect(() => optionsOf(...much)).toThrow(/about 150 million frames.*--no-check/)
    expect(optionsOf(...much, '--no-check').isChecked).toBe(false)
  })
})

describe('The command that repeats a run', () => {
  it('has all options, quoted for a shell, and gives the same run', () => {
    const args = [
      '--preset',
      'town-hall',
      '--users',
      '50',
      '--stage',
      '1s:5',
      '--mix',
      'messages=90,edits=10',
      '--no-check',
      '--fail-if',
      'p99>250ms',
      '--seed',
      '3',
    ]
    const options = optionsOf(...args, '--json', "it's.json")
    const words = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${options.command.replace('npm run load --', '')}`])
    const again = parseOptions(words.toString().trim().split('\n'))
    expect({ ...again, thresholds: [] }).toEqual({ ...options, thresholds: [] })
    expect(again.thresholds.map(({ text }) => text)).toEqual(['p99>250ms'])
  })

  it('contains a seed, and neither tokens nor the names of their files', () => {
    const { command, seed } = optionsOf('--token-command', 'sign --secret hush')
    expect(command).toContain(`--token-command TOKEN_COMMAND --seed ${seed}`)
    expect(optionsOf('--tokens', 'secret.txt').command).toContain('--tokens TOKENS_FILE')
    for (const text of [command, optionsOf('--tokens', 'secret.txt').command]) expect(text).not.toMatch(/hush|secret/)
  })
})

describe('--help', () => {
  it('lists every option', () => {
    for (const name of optionNames) expect(usage).toMatch(new RegExp(`^ {2}--${name}( |$)`, 'm'))
  })

  it('fits into a terminal of 88 columns', () => {
    expect(usage.split('\n').filter((line) => line.length > 88)).toEqual([])
  })
})

describe('The options of an agent', () => {
  const key = 'a key that is long enough'

  it('are an address, processes, and the key of the environment', () => {
    const args = ['--agent', 'ws://10.0.0.1:7100', '--workers', '4']
    expect(parseAgentOptions(args, key)).toEqual({ url: 'ws://10.0.0.1:7100', key, workers: 4, isOwner: false })
  })

  it.each([
    [['--agent', '10.0.0.1:7100'], key, '--agent: "10.0.0.1:7100" is not an address'],
    [['--agent', 'ws://10.0.0.1:7100'], undefined, 'CHAT_LOAD_KEY: is missing'],
    [['--agent', 'ws://10.0.0.1:7100', '--rate', '5'], key, "Unknown option '--rate'"],
    [['--agent', 'ws://10.0.0.1:7100', '--workers', '0'], key, '--workers: "0" is not a number from 1 to 64'],
  ])('%j with the key %s are refused with the reason', (args, given, reason) => {
    expect(() => parseAgentOptions(args, given)).toThrow(reason)
  })
})

describe('The target of a load test', () => {
  it.each(['ws://localhost:1/ws', 'ws://127.9.9.9/ws', 'ws://[::1]:8080/ws', 'wss://chat.localhost/ws'])(
    'may be %s',
    (target) => {
      expect(optionsOf('--url', target).urls).toContain(target)
    },
  )

  it.each(['ws://example.com/ws', 'ws://10.0.0.1/ws', 'wss://localhost.example.com/ws', 'ws://127.0.0.1.example.com/ws'])(
    'is not %s, except with --i-own-this-target',
    (target) => {
      expect(() => optionsOf('--url', target)).toThrow('is not this machine')
      expect(optionsOf('--url', target, '--i-own-this-target').urls).toContain(target)
    },
  )

  it('is a WebSocket address', () => {
    expect(() => optionsOf('--url', 'http://localhost')).toThrow('is not a WebSocket address')
    expect(() => optionsOf('--url', 'gateway')).toThrow('is not a WebSocket address')
  })
})
