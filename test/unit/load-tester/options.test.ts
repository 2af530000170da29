import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../load/tester/options.ts'

const url = ['--url', 'ws://127.0.0.1:8080/ws']
const optionsOf = (...args: readonly string[]) => {
  const options = parseOptions([...url, ...args])
  if (options === 'help') throw new Error('asked for help')
  return options
}

describe('The options of a load test', () => {
  it('have defaults for all options except the target', () => {
    const { shape, workers, isChecked, htmlFile } = optionsOf()
    expect(shape).toMatchObject({ users: 100, rooms: 20, rate: 100, durationMs: 60_000 })
    expect({ workers, isChecked, htmlFile }).toEqual({ workers: 1, isChecked: true, htmlFile: 'load-report.html' })
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
  ])('%j is refused with the reason', (args, reason) => {
    expect(() => parseOptions([...url, ...args])).toThrow(reason)
  })

  it('that make too many frames to check are refused, except with --no-check', () => {
    const much = ['--rate', '5000', '--room-size', '100', '--duration', '10m']
    expect(() => optionsOf(...much)).toThrow(/about 300 million frames.*--no-check/)
    expect(optionsOf(...much, '--no-check').isChecked).toBe(false)
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
