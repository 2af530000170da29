import type { AuditReport } from './audit.ts'
import type { CanaryResult } from './canary.ts'

const slowest = (flights: readonly CanaryResult[], of: 'storedMs' | 'heardMs'): string => {
  const times = flights.flatMap((flight) => flight[of] ?? [])
  return times.length === 0 ? '–' : `${Math.round(Math.max(...times))} ms`
}

/** The report as readable text. */
export const reportText = ({ at, tookMs, log, store, stream, canary, findings }: AuditReport): string => {
  const { flights } = canary
  const arrived = flights.filter(({ storedMs }) => storedMs !== undefined).length
  return [
    `Audit of ${at}, ${(tookMs / 1_000).toFixed(1)} s`,
    '',
    `  log      ${log.partitions} partitions, ${log.lag} commands waiting`,
    `  store    ${store.chats} chats, ${store.users} users, ${store.events} events, ${store.messages} of them messages; ${store.redacted} without content, of deleted messages`,
    `  stream   ${stream.records} records on chat.events`,
    `  canary   ${arrived} of ${flights.length} partitions; slowest stored ${slowest(flights, 'storedMs')}, received ${slowest(flights, 'heardMs')}`,
    '',
    ...findings.first.map(({ part, fault, where, what }) => `  ${part}: ${fault}: ${where}: ${what}`),
    ...(findings.count > findings.first.length ? [`  and ${findings.count - findings.first.length} more`] : []),
    findings.count === 0 ? 'Nothing is missing, doubled or late.' : `${findings.count} findings.`,
    '',
  ].join('\n')
}
