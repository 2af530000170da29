import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages } from '../../../infra/native/debian.ts'
import { freePort } from '../../../infra/native/free-port.ts'
import { nativeServer } from '../../../infra/native/native-server.ts'
import { findProgram } from '../../../infra/native/tools.ts'
import { makeScratchFolder, removeScratchFolder } from '../../support/stack/scratch-folder.ts'

/** A process to scrape, by its internal port. */
export interface ScrapeTarget {
  /** gateway, writer or relay. */
  readonly component: string
  readonly internalUrl: string
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  /** Pairs of a time (seconds since the epoch) and a value. */
  readonly values: readonly (readonly [number, number])[]
}

/** A real Prometheus with the alert rules of the service; its data folder is removed with it. */
export interface Prometheus extends AsyncDisposable {
  query(expression: string): Promise<readonly Sample[]>
  range(expression: string, seconds: number): Promise<readonly Sample[]>
}

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value?: readonly [number, string]
      readonly values?: readonly (readonly [number, string])[]
    }[]
  }
}

const rules = join(import.meta.dirname, '../../../infra/observability/rules.yaml')

const configOf = (targets: readonly ScrapeTarget[]): string =>
  JSON.stringify({
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [
      {
        job_name: 'chat',
        static_configs: targets.map(({ component, internalUrl }) => ({
          targets: [new URL(internalUrl).host],
          labels: { component },
        })),
      },
    ],
  })

const samplesOf = ({ data }: Answer): readonly Sample[] =>
  data.result.map(({ metric, value, values = value === undefined ? [] : [value] }) => ({
    labels: metric,
    values: values.map(([at, text]) => [at, Number(text)] as const),
  }))

/** The path of Prometheus; installs Debian’s package, with promtool, if it is missing and this is possible. */
export const findPrometheus = async (): Promise<string> => {
  const say = (line: string): void => void process.stderr.write(`prometheus: ${line}\n`)
  if (findProgram('prometheus') === undefined) await installPackages(['prometheus'], say)
  return findProgram('prometheus') ?? 'prometheus'
}

export const startPrometheus = async (targets: readonly ScrapeTarget[]): Promise<Prometheus> => {
  const program = await findPrometheus()
  const folder = makeScratchFolder('prometheus')
  mkdirSync(join(folder, 'data'))
  writeFileSync(join(folder, 'prometheus.json'), configOf(targets))
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const server = nativeServer({
    name: 'prometheus',
    command: program,
    args: [
      `--config.file=${join(folder, 'prometheus.json')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    workingFolder: folder,
    env: { PATH: process.env.PATH ?? '' },
    logFile: join(folder, 'prometheus.log'),
    stopSignal: 'SIGTERM',
    orphanSignal: 'SIGKILL',
    isDetached: false,
    port,
    probe: async () => {
      const answer = await fetch(`${base}/-/ready`)
      if (answer.status !== 200) throw new Error(`it says ${answer.status}`)
    },
    readyWithinMs: 30_000,
    stopWithinMs: 10_000,
  })
  await server.start()
  const ask = async (path: string, parameters: Record<string, string>): Promise<readonly Sample[]> => {
    const answer = await fetch(`${base}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    if (answer.status !== 200) throw new Error(`Prometheus refuses ${parameters.query}: ${await answer.text()}`)
    return samplesOf((await answer.json()) as Answer)
  }
  return {
    query: (query) => ask('query', { query }),
    range: (query, seconds) => {
      const end = Date.now() / 1_000
      return ask('query_range', { query, start: String(end - seconds), end: String(end), step: '1' })
    },
    [Symbol.asyncDispose]: async () => {
      await server.kill()
      removeScratchFolder(folder)
    },
  }
}
