import type { LogEntry } from 'kafkajs'
import { logLevel } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { driverLog } from '../../../../infra/kafka/driver/driver-log.ts'

const linesOf = (level: logLevel, message: string, more: object = {}): unknown[] => {
  const lines: unknown[] = []
  const at = (name: string) => (fields: object, text: string) => void lines.push(name, fields, text)
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const entry = { namespace: 'Connection', level, label: '', log: { timestamp: '', message, ...more } }
  driverLog(log)(logLevel.INFO)(entry as LogEntry)
  return lines
}

describe('a log line of kafkajs', () => {
  it('is logged as fields of one fixed text', () => {
    expect(linesOf(logLevel.ERROR, 'No idea', { broker: 'b:1', error: 'why', payload: 'secret' })).toEqual([
      'warn',
      { part: 'Connection', said: 'No idea', broker: 'b:1', groupId: undefined, reason: 'why' },
      'the Kafka driver says',
    ])
  })

  it.each([
    ['Response GroupCoordinator(key: 10, version: 2)', { error: 'The group coordinator is not available' }],
    ['Topic creation errors', {}],
    ['Connection error: connect ECONNREFUSED 127.0.0.1:1', {}],
    ['Crash: KafkaJSNoBrokerAvailableError: No broker available', {}],
    ['Response Heartbeat(key: 12)', { error: 'The group is rebalancing, so a rejoin is needed' }],
  ])('is logged at level debug when it is harmless: %s', (message, more) => {
    expect(linesOf(logLevel.ERROR, message, more)[0]).toBe('debug')
  })

  it('is logged one level lower than kafkajs does', () => {
    expect(linesOf(logLevel.WARN, 'Response without match')[0]).toBe('info')
    expect(linesOf(logLevel.INFO, 'Stopped')[0]).toBe('debug')
  })
})
