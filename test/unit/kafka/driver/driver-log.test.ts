import type { LogEntry } from 'kafkajs'
import { logLevel } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { driverLog } from '../../../../infra/kafka/driver/driver-log.ts'

const tell = (level: logLevel, message: string, more: object = {}): unknown[] => {
  const told: unknown[] = []
  const at = (name: string) => (fields: object, text: string) => void told.push(name, fields, text)
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const entry = { namespace: 'Connection', level, label: '', log: { timestamp: '', message, ...more } }
  driverLog(log)(logLevel.INFO)(entry as LogEntry)
  return told
}

describe('what the driver says', () => {
  it('is told as fields of one fixed text', () => {
    expect(tell(logLevel.ERROR, 'No idea', { broker: 'b:1', error: 'why', payload: 'secret' })).toEqual([
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
  ])('is for debugging only when it is harmless: %s', (message, more) => {
    expect(tell(logLevel.ERROR, message, more)[0]).toBe('debug')
  })

  it('is as serious as it says, one step less', () => {
    expect(tell(logLevel.WARN, 'Response without match')[0]).toBe('info')
    expect(tell(logLevel.INFO, 'Stopped')[0]).toBe('debug')
  })
})
