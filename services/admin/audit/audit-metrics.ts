import type { Registry } from 'prom-client'
import { Counter, Gauge } from 'prom-client'
import type { AuditReport } from './audit.ts'
import type { AuditPart, Finding } from './findings.ts'

export interface AuditMetrics {
  note(report: AuditReport): void
  /** A round could not be finished. */
  noteFailure(): void
}

const parts = ['log', 'store', 'stream', 'canary'] satisfies AuditPart[]

const nameOf = ({ part, fault, where, what }: Finding): string => `${part} ${fault} ${where} ${what}`

/** What a watching audit tells. A finding that stays counts once. */
export const createAuditMetrics = (registry: Registry): AuditMetrics => {
  const registers = [registry]
  const gaps = new Counter({
    name: 'chat_delivery_gap_total',
    help: 'Things that an audit found missing, doubled, late or different',
    labelNames: ['part'],
    registers,
  })
  const lag = new Gauge({
    name: 'chat_delivery_lag_seconds',
    help: 'Of the slowest canary, from its publishing to the stage',
    labelNames: ['stage'],
    registers,
  })
  const rounds = new Counter({
    name: 'chat_audit_rounds_total',
    help: 'Rounds of an audit by how they ended',
    labelNames: ['result'],
    registers,
  })
  // There before their first time, which could not be told otherwise.
  for (const part of parts) gaps.inc({ part }, 0)
  for (const result of ['finished', 'failed']) rounds.inc({ result }, 0)
  let known = new Set<string>()
  return {
    noteFailure: () => rounds.inc({ result: 'failed' }),
    note: ({ findings, canary }) => {
      rounds.inc({ result: 'finished' })
      const found = new Set(findings.first.map(nameOf))
      for (const finding of findings.first) if (!known.has(nameOf(finding))) gaps.inc({ part: finding.part })
      known = found
      for (const [stage, key] of [
        ['stored', 'storedMs'],
        ['heard', 'heardMs'],
      ] as const) {
        const times = canary.flights.map((flight) => flight[key])
        const isComplete = times.every((time) => time !== undefined)
        lag.set({ stage }, isComplete ? Math.max(0, ...times) / 1_000 : Number.POSITIVE_INFINITY)
      }
    },
  }
}
