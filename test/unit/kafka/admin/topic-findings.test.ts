import { describe, expect, it } from 'vitest'
import type { TopicFinding } from '../../../../infra/kafka/admin/topic-findings.ts'
import { insyncFor, topicFindings } from '../../../../infra/kafka/admin/topic-findings.ts'
import type { TopicRole } from '../../../../infra/kafka/driver/topics.ts'
import { topicsOf } from '../../../../infra/kafka/driver/topics.ts'
import { leastMessageBytes } from '../../../../infra/kafka/producer/message-bytes.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'

const specs = topicsOf('', 60)
const roles: readonly TopicRole[] = ['commands', 'deadLetter', 'events']

const judged = (copies: number, settings: Readonly<Record<string, string>>, role: TopicRole = 'commands'): TopicFinding[] => {
  const config = { ...specs[role].config, 'min.insync.replicas': String(insyncFor(copies)), ...settings }
  return [
    ...topicFindings(
      specs[role],
      { copies, config },
      {
        copies: undefined,
        leastMessageBytes: leastMessageBytes(role, defaultLimits.frameBytes),
      },
    ),
  ]
}
const kinds = (findings: readonly TopicFinding[]): string[] => findings.map(({ kind }) => kind)

describe('the settings of an existing topic', () => {
  it.each([1, 3, 5])('produce no finding where they equal those of a new topic with %i copies', (copies) => {
    expect(roles.flatMap((role) => judged(copies, {}, role))).toEqual([])
  })

  it('are refused where three copies or more have min.insync.replicas 1', () => {
    for (const copies of [3, 4, 5]) {
      const findings = judged(copies, { 'min.insync.replicas': '1' })
      expect(kinds(findings)).toEqual(['refuse'])
      expect(findings[0]?.text).toContain(`min.insync.replicas=1 with ${copies} copies`)
    }
    expect(judged(3, { 'min.insync.replicas': '3' })).toEqual([])
  })

  it('produce a warning with its consequence where two copies have min.insync.replicas 1', () => {
    const findings = judged(2, {})
    expect(kinds(findings)).toEqual(['warn'])
    expect(findings[0]?.text).toContain('while one broker is away, an acknowledged record is on the other broker only')
    expect(judged(2, { 'min.insync.replicas': '2' })).toEqual([])
  })

  it('are refused where min.insync.replicas exceeds the number of copies', () => {
    expect(kinds(judged(1, { 'min.insync.replicas': '2' }))).toEqual(['refuse'])
  })

  it.each(['compact', 'compact,delete'])('are refused where records are compacted: %s', (policy) => {
    for (const role of roles) expect(kinds(judged(3, { 'cleanup.policy': policy }, role))).toEqual(['refuse'])
  })

  it('are refused where the size limit is below a batch of the producer or the largest record', () => {
    const fits = (role: TopicRole, bytes: number): boolean => judged(3, { 'max.message.bytes': String(bytes) }, role).length === 0
    for (const role of ['commands', 'events'] as const) {
      expect([fits(role, 512 * 1024), fits(role, 512 * 1024 - 1)]).toEqual([true, false])
    }
    expect([fits('deadLetter', 128 * 1024), fits('deadLetter', 64 * 1024)]).toEqual([true, false])
  })

  it('produce a warning where the retention differs', () => {
    expect(kinds(judged(3, { 'retention.ms': '60000', 'retention.bytes': '1' }))).toEqual(['warn', 'warn'])
  })
})

describe('a new topic', () => {
  it('gets min.insync.replicas 2 with at least three copies, else 1', () => {
    expect([1, 2, 3, 4, 5].map(insyncFor)).toEqual([1, 1, 2, 2, 2])
  })

  it('accepts the largest record that the default FRAME_BYTES allows', () => {
    for (const role of roles) {
      const takes = Number(specs[role].config['max.message.bytes'])
      expect(takes).toBeGreaterThanOrEqual(leastMessageBytes(role, defaultLimits.frameBytes))
    }
  })
})
