import { describe, expect, it } from 'vitest'
import { errorBody } from '../../../shared/protocol/errors.ts'

describe('an error', () => {
  it('names the time after which to send again if the service is unavailable', () => {
    expect(errorBody('unavailable', 'not accepted').retry_after_ms).toBe(1_000)
    expect(errorBody('unavailable', 'no keys', undefined, 9_000).retry_after_ms).toBe(9_000)
  })

  it('names no time for other codes unless one is given', () => {
    expect(errorBody('timeout', 'no outcome')).not.toHaveProperty('retry_after_ms')
    expect(errorBody('rate_limited', 'too much', undefined, 200).retry_after_ms).toBe(200)
  })
})
