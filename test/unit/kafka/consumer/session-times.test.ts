import { describe, expect, it } from 'vitest'
import { sessionTimes } from '../../../../infra/kafka/consumer/session-times.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { recordingLog } from '../../../support/recording-log.ts'

const refusal = (): Error => new Error('crashed', { cause: Object.assign(new Error('no'), { type: 'INVALID_SESSION_TIMEOUT' }) })

describe('the session time-out of a consumer', () => {
  it('becomes six seconds after the brokers have refused a shorter one, which is logged and retriable', () => {
    const log = recordingLog()
    const session = sessionTimes({ ...defaultTimes, consumerSessionMs: 4_500 }, log)
    expect(session.causeOf(refusal())).toMatchObject({ name: 'SessionError', retriable: true })
    expect(session.current.consumerSessionMs).toBe(6_000)
    expect(log.lines).toHaveLength(1)
  })

  it('stays unchanged when it is long enough, and after other errors', () => {
    const session = sessionTimes({ ...defaultTimes, consumerSessionMs: 6_000 }, recordingLog())
    const final = refusal()
    expect(session.causeOf(final)).toBe(final)
    const other = new Error('another')
    expect(sessionTimes({ ...defaultTimes, consumerSessionMs: 1_000 }, recordingLog()).causeOf(other)).toBe(other)
  })
})
