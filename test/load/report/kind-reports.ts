import { commandKinds } from '../../support/load/command-kinds.ts'
import type { KindResult, WorkerResult } from '../workers/worker-messages.ts'
import { combined } from './combined.ts'
import type { KindReport, LoadReport } from './load-report.ts'

const reportOfKind = (results: readonly KindResult[]): KindReport => {
  const sum = (of: (result: KindResult) => number): number => results.reduce((total, result) => total + of(result), 0)
  return {
    sent: sum(({ counts }) => counts.sent),
    confirmed: sum(({ counts }) => counts.confirmed),
    refused: sum(({ counts }) => counts.refused),
    stored: combined(results.map(({ stored }) => stored)),
    received: combined(results.map(({ received }) => received)),
  }
}

/** The kinds of commands of all processes; undefined if there were messages only. */
export const kindReports = (processes: readonly WorkerResult['kinds'][]): LoadReport['kinds'] => {
  const reports = commandKinds.flatMap((kind) => {
    const results = processes.flatMap(({ [kind]: result }) => result ?? [])
    return results.length === 0 ? [] : [[kind, reportOfKind(results)] as const]
  })
  return reports.some(([kind]) => kind !== 'messages') ? Object.fromEntries(reports) : undefined
}
