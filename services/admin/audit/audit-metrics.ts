import type { Registry } from 'prom-client'
import { Counter, Gauge } from 'prom-client'
import type { AuditReport } from './audit.ts'
import type { AuditPart, Finding } from './findings.ts'

export interface AuditMetrics {
  note(report: AuditReport): void
}

const nameOf = ({ part, fault, where, what }: Finding): string => `${part} ${fault} ${where} ${what}`

const parts: readonly AuditPart[] = ['log', 'store', 'stream', 'canary']

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
  // A first finding is a change only if there was something to change.
  for (const part of parts) gaps.inc({ part }, 0)
  let known = new Set<string>()
  return {
    note: ({ findings, canary }) => {
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
