import { describe, expect, it } from 'vitest'
import { publishError } from '../../../../infra/kafka/producer/publish-error.ts'

const one = [{ key: 'k', value: 'v' }]
const sameKey = [...one, ...one]
const twoKeys = [...one, { key: 'l', value: 'v' }]

const broker = (type: string): Error => new Error('retries are over', { cause: Object.assign(new Error('no'), { type }) })
const timeout = new Error('Request Produce timed out')

describe('the fate of a publish that failed', () => {
  it.each([
    ['refused', 'whatever the error, as long as no socket was given it', timeout, false, twoKeys],
    ['refused', 'when the broker says no to the only record', broker('MESSAGE_TOO_LARGE'), true, one],
    ['refused', 'when the broker says no to records of one key', broker('NOT_LEADER_FOR_PARTITION'), true, sameKey],
    ['unknown', 'when the broker says no to one of several partitions', broker('NOT_LEADER_FOR_PARTITION'), true, twoKeys],
    [
      'unknown',
      'when records without a key may be of several partitions',
      broker('MESSAGE_TOO_LARGE'),
      true,
      [
        { key: null, value: 'a' },
        { key: null, value: 'b' },
      ],
    ],
    ['unknown', 'when the broker has it, and not enough copies', broker('NOT_ENOUGH_REPLICAS_AFTER_APPEND'), true, one],
    ['unknown', 'when the broker itself waited in vain', broker('REQUEST_TIMED_OUT'), true, one],
    ['unknown', 'when the broker says what nobody knows', broker('KAFKAJS_UNKNOWN_ERROR_CODE'), true, one],
    ['unknown', 'when nobody answered', timeout, true, one],
    ['unknown', 'when something was thrown that is no error', 'what?', true, one],
  ] as const)('is %s %s', (fate, _, error, wasSent, records) => {
    expect(publishError(error, wasSent, records)).toMatchObject({ name: 'PublishError', fate })
  })

  it('tells the reason and no content', () => {
    const { message } = publishError(broker('MESSAGE_TOO_LARGE'), true, [{ key: 'secret', value: 'secret' }])
    expect(message).toBe('the broker refuses it: MESSAGE_TOO_LARGE')
  })
})
