import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../../shared/runtime/config/config.ts'
import { settings } from '../../../../shared/runtime/config/settings.ts'
import { orderedTimes } from '../../../../shared/runtime/config/time-order.ts'

const document = readFileSync(new URL('../../../../CONFIGURATION.md', import.meta.url), 'utf8')

describe('The configuration', () => {
  it('refuses a maximum age of keys that is shorter than the interval between two loads', () => {
    expect(() => readConfig({ JWKS_MAX_AGE_MS: '20000' })).toThrow(
      'configuration: JWKS_MAX_AGE_MS must be at least JWKS_COOL_DOWN_MS (30000)',
    )
  })

  it.each(orderedTimes)('refuses a %s that is greater than %s, and accepts an equal one', (shorter, longer) => {
    expect(() => readConfig({ [shorter]: '5001', [longer]: '5000' })).toThrow(`${longer} must be at least ${shorter} (5001)`)
    expect(() => readConfig({ [shorter]: '5000', [longer]: '5000' })).not.toThrow(`${longer} must be at least ${shorter}`)
  })

  it('reports only the bad value if one of two times is not a number', () => {
    expect(() => readConfig({ JWKS_MAX_AGE_MS: 'soon' })).toThrow(/^configuration: JWKS_MAX_AGE_MS [^;]*$/)
  })

  it.each(orderedTimes)('documents that %s must not be greater than %s', (shorter, longer) => {
    expect(settings.times).toHaveProperty(shorter)
    expect(settings.times).toHaveProperty(longer)
    expect(document).toContain(`\`${shorter}\` ≤ \`${longer}\``)
  })
})
