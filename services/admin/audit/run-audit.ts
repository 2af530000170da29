import { setTimeout as sleep } from 'node:timers/promises'
import type { DistributedConfig } from '../../../shared/runtime/config/config.ts'
import { createLogger } from '../../../shared/runtime/observability/logger.ts'
import { lifecycle } from '../../../shared/runtime/process/lifecycle.ts'
import type { ServiceProcess } from '../../../shared/runtime/process/service-process.ts'
import { openProcess } from '../../../shared/runtime/process/service-process.ts'
import { hasFindings } from '../admin.ts'
import type { AuditDeps, AuditReport } from './audit.ts'
import { audit } from './audit.ts'
import { createAuditMetrics } from './audit-metrics.ts'
import { reportText } from './report-text.ts'
import { createStreamTally } from './stream-tally.ts'

/** Opens the data sources of an audit, which are closed with the process. `onRecord` receives each record that is published on the event stream from then on. */
export type OpenAudit = (
  config: DistributedConfig,
  service: Pick<ServiceProcess, 'log' | 'life'> & Partial<Pick<ServiceProcess, 'metrics'>>,
  onRecord: (record: { readonly key: string; readonly value: string }) => void,
) => Promise<AuditDeps>

/** The flags of the subcommand, with their help texts. */
export const auditFlags = {
  '--json': 'prints each round as one line of JSON',
  '--watch': 'repeats the audit until it is stopped, with metrics on INTERNAL_PORT',
} as const

const roundPauseMs = 30_000

const printer =
  (isJson: boolean) =>
  (report: AuditReport): void =>
    void process.stdout.write(isJson ? `${JSON.stringify(report)}\n` : `${reportText(report)}\n`)

/** Runs one round; stdout has only its report. */
const auditOnce = async (config: DistributedConfig, open: OpenAudit, print: (report: AuditReport) => void) => {
  const log = createLogger({ level: 'silent', name: 'audit' })
  const exit = (code: number): void => {
    if (code !== 0) process.exit(code)
  }
  const life = lifecycle({ log, stopMs: config.times.stopMs, exit })
  const tally = createStreamTally()
  try {
    const report = await audit(await open(config, { log, life }, tally.see), tally)
    print(report)
    return report.findings.count > 0 ? hasFindings : undefined
  } finally {
    await life.stop()
  }
}

/** Runs rounds until the process receives a stop signal. */
const watch = async (config: DistributedConfig, open: OpenAudit, print: (report: AuditReport) => void): Promise<never> => {
  const service = await openProcess(config, 'audit')
  const metrics = createAuditMetrics(service.metrics.registry)
  const tally = createStreamTally()
  const deps = await open(config, service, tally.see)
  service.onScrape(() => service.metrics.fanOutUp.set(deps.fanOut.state === 'up' ? 1 : 0))
  service.report(() => ({ state: 'ready' }))
  let fullAtMs = Number.NEGATIVE_INFINITY
  for (;;) {
    try {
      const startedAtMs = deps.clock.monotonicMs()
      const isFull = startedAtMs - fullAtMs >= config.times.auditFullMs
      const report = await audit(deps, tally, isFull)
      if (isFull) fullAtMs = startedAtMs
      metrics.note(report)
      print(report)
    } catch (error) {
      // A part of the service is unavailable, which its own metrics show; the next round tries again.
      metrics.noteFailure()
      // The changes since the last finished round may not have been verified.
      fullAtMs = Number.NEGATIVE_INFINITY
      service.log.warn({ err: error }, 'audit round failed')
    }
    await sleep(roundPauseMs)
  }
}

/** Runs the audit once, or with `--watch` until the process ends. */
export const runAudit = (
  config: DistributedConfig,
  open: OpenAudit,
  flags: ReadonlySet<string>,
): Promise<typeof hasFindings | undefined> => {
  const print = printer(flags.has('--json'))
  return flags.has('--watch') ? watch(config, open, print) : auditOnce(config, open, print)
}
