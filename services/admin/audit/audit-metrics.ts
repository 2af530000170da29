import type { Registry } from 'prom-client'
import { Counter, Gauge } from 'prom-client'
import type { AuditReport } from './audit.ts'
import type { AuditPart, Finding } from './findings.ts'

/** The measurements of an audit in watch mode. */
export interface AuditMetrics {
  note(report: AuditReport): void
  /** A round has failed before its end. */
  noteFailure(): void
}

const parts = ['log', 'store', 'stream', 'canary'] satisfies AuditPart[]

const nameOf = ({ part, fault, where, what }: Finding): string => `${part} ${fault} ${where} ${what}`

/** Registers the metrics. A finding that persists over several rounds is counted once. */
export const createAuditMetrics = (registry: Registry): AuditMetrics => {
  const registers = [registry]
  const gaps = new Counter({
    name: 'chat_delivery_gap_total',
    help: 'Findings of the audit: missing, duplicate, late or different data',
    labelNames: ['part'],
    registers,
  })
  const lag = new Gauge({
    name: 'chat_delivery_lag_seconds',
    help: 'Seconds from the publishing of a canary to the stage, for the slowest partition',
    labelNames: ['stage'],
    registers,
  })
  const rounds = new Counter({
    name: 'chat_audit_rounds_total',
    help: 'Audit rounds by result',
    labelNames: ['result'],
    registers,
  })
  // Registered at 0, so that Prometheus sees the first increment.
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
