import type { EphemeralKind } from '../ephemeral/ephemeral-counts.ts'
import { ephemeralKinds } from '../ephemeral/ephemeral-counts.ts'
import type { EphemeralResult, WorkerResult } from '../workers/worker-messages.ts'
import { combined } from './combined.ts'
import type { EphemeralKindReport, EphemeralReport } from './load-report.ts'

const reportOfKind = (results: readonly EphemeralResult[]): EphemeralKindReport => {
  const sum = (of: (result: EphemeralResult) => number): number => results.reduce((total, result) => total + of(result), 0)
  return {
    sent: sum(({ counts }) => counts.sent),
    accepted: sum(({ counts }) => counts.accepted),
    dropped: sum(({ counts }) => counts.dropped),
    failed: sum(({ counts }) => counts.failed),
    received: sum(({ counts }) => counts.received),
    latency: combined(results.map(({ latency }) => latency)),
  }
}

/** Signals and read markers of all processes; undefined if there were none. */
export const ephemeralReport = (
  processes: readonly Pick<WorkerResult, 'ephemeral' | 'counts'>[],
): EphemeralReport | undefined => {
  const kinds = ephemeralKinds.flatMap((kind): readonly (readonly [EphemeralKind, EphemeralKindReport])[] => {
    const results = processes.flatMap(({ ephemeral }) => ephemeral[kind] ?? [])
    return results.length === 0 ? [] : [[kind, reportOfKind(results)]]
  })
  if (kinds.length === 0) return undefined
  const sum = (name: 'frames' | 'bytes'): number => processes.reduce((total, { counts }) => total + counts.ephemeral[name], 0)
  return { kinds: Object.fromEntries(kinds), frames: sum('frames'), bytes: sum('bytes') }
}
