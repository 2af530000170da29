import { describe, expect, it } from 'vitest'
import { publishError } from '../../../../infra/kafka/producer/publish-error.ts'

const one = [{ key: 'k', value: 'v' }]
const sameKey = [...one, ...one]
const twoKeys = [...one, { key: 'l', value: 'v' }]

const broker = (type: string): Error => new Error('retries are over', { cause: Object.assign(new Error('no'), { type }) })
const timeout = new Error('Request Produce timed out')

describe('the error of a failed publish', () => {
  it.each([
    ['refused', 'when the request was written to no socket, whatever the error', timeout, false, twoKeys],
    ['refused', 'when the broker refuses the only record', broker('MESSAGE_TOO_LARGE'), true, one],
    ['refused', 'when the broker refuses records of one key', broker('NOT_LEADER_FOR_PARTITION'), true, sameKey],
    ['unknown', 'when the broker refuses one of several partitions', broker('NOT_LEADER_FOR_PARTITION'), true, twoKeys],
    [
      'unknown',
      'when records without a key may belong to several partitions',
      broker('MESSAGE_TOO_LARGE'),
      true,
      [
        { key: null, value: 'a' },
        { key: null, value: 'b' },
      ],
    ],
    [
      'unknown',
      'when the broker has stored the records on too few replicas',
      broker('NOT_ENOUGH_REPLICAS_AFTER_APPEND'),
      true,
      one,
    ],
    ['unknown', 'when the broker reports a time-out', broker('REQUEST_TIMED_OUT'), true, one],
    ['unknown', 'when the broker returns an unknown error code', broker('KAFKAJS_UNKNOWN_ERROR_CODE'), true, one],
    ['unknown', 'when no answer arrived', timeout, true, one],
    ['unknown', 'when the thrown value is no Error', 'what?', true, one],
  ] as const)('is of kind %s %s', (kind, _, error, wasSent, records) => {
    expect(publishError(error, wasSent, records)).toMatchObject({ name: 'PublishError', kind })
  })

  it('contains the reason and no content', () => {
    const { message } = publishError(broker('MESSAGE_TOO_LARGE'), true, [{ key: 'secret', value: 'secret' }])
    expect(message).toBe('the broker refuses the records: MESSAGE_TOO_LARGE')
  })
})
