import { describe, expect, it } from 'vitest'
import { parseThreshold } from '../../load/tester/thresholds.ts'
import { ephemeralReport, goodReport, mixedReport, scenarioReport } from './report-fixture.ts'

const checked = { isChecked: true }
const withScenario = { isChecked: true, actions: ['read-history', 'iteration'] }

describe('A threshold of --fail-if', () => {
  it.each([
    ['p99>250ms', true, '400 ms'],
    ['received.p99>1s', false, '400 ms'],
    ['stored.p50>15ms', true, '20.0 ms'],
    ['stored.max > 30.5ms', false, '30.0 ms'],
    ['connect.mean<1ms', false, '5.00 ms'],
    ['errors>0.5%', true, '1 %'],
    ['errors>1%', false, '1 %'],
    ['busy>40%', true, '50 %'],
    ['lost>0', false, '0'],
  ])('is evaluated against the numbers: %s is missed: %s', (text, isMissed, found) => {
    expect(parseThreshold(text, checked).evaluate(goodReport)).toMatchObject({ text, isMissed, found })
  })

  it.each([
    ['read-history.p90>15ms', true, '20.0 ms'],
    ['iteration.p99>5s', false, '3,000 ms'],
    ['iteration.p99>1m', false, '3,000 ms'],
    ['failed>5%', true, '10 %'],
    ['dropped>0%', false, '0 %'],
  ])('can name an action or a share of a scenario: %s is missed: %s', (text, isMissed, found) => {
    expect(parseThreshold(text, withScenario).evaluate(scenarioReport)).toMatchObject({ isMissed, found })
  })

  it.each([
    ['reactions-stored.p99>10ms', true, '15.0 ms'],
    ['reactions-received.p50>1s', false, '45.0 ms'],
    ['messages-received.p99>250ms', true, '400 ms'],
    ['edits-received.p99>9m', true, 'no values'],
  ])('can name a kind of commands of a mix: %s is missed: %s', (text, isMissed, found) => {
    const withMix = { isChecked: true, kinds: ['messages', 'reactions', 'edits'] } as const
    expect(parseThreshold(text, withMix).evaluate(mixedReport)).toMatchObject({ isMissed, found })
    expect(() => parseThreshold(text, checked)).toThrow('is not a condition')
  })

  it.each([
    ['read.p99>800ms', true, '900 ms'],
    ['read.p50>2s', false, '600 ms'],
    ['typing.p99>9m', true, 'no values'],
  ])('can name signals and read markers: %s is missed: %s', (text, isMissed, found) => {
    const measurable = { isChecked: true, ephemeral: ['read', 'typing'] } as const
    expect(parseThreshold(text, measurable).evaluate(ephemeralReport)).toMatchObject({ isMissed, found })
  })

  it('is missed if nothing was measured, because nothing shows that it is kept', () => {
    const latencies = { ...goodReport.latencies, received: { ...goodReport.latencies.received, count: 0, p99: 0 } }
    const result = parseThreshold('p99>250ms', checked).evaluate({ ...goodReport, latencies })
    expect(result).toMatchObject({ isMissed: true, found: 'no values' })
  })

  it.each([
    'p98>1ms',
    'p99',
    'p99>',
    'p99=1ms',
    'sent.p99>1ms',
    'p99>1day',
    'stored.lost>0',
    'read-history.p99>1ms',
    'failed>1%',
    'toString>1',
  ])('is refused if invalid: %s', (text) => {
    expect(() => parseThreshold(text, checked)).toThrow('is not a condition; write')
  })

  it('is refused if its limit is not a number', () => {
    expect(() => parseThreshold('p99>1.2.3', checked)).toThrow('--fail-if: "1.2.3" in "p99>1.2.3" is not a number')
  })
})
