import type { Bench, BenchContext, Row } from './bench.ts'
import { startBenchStack } from './bench-stack.ts'

export interface BenchResults {
  /** In Markdown. */
  readonly table: string
  readonly problems: readonly string[]
  readonly data: Readonly<Record<string, unknown>>
  readonly pictures: Readonly<Record<string, string>>
}

const met = ({ isMet }: Row): string => (isMet === undefined ? '' : isMet ? 'met' : 'missed')

const line = (row: Row): string => `| ${row.what} | ${row.result} | ${row.aim ?? ''} | ${met(row)} |`

/** Runs the benchmarks in sequence on one set of services; reports the results so far after each. */
export const runBenches = async (
  benches: readonly Bench[],
  { isShort, say, onResults }: Pick<BenchContext, 'isShort' | 'say'> & { readonly onResults: (soFar: BenchResults) => void },
): Promise<BenchResults> => {
  await using owned = new AsyncDisposableStack()
  let starting: ReturnType<typeof startBenchStack> | undefined
  const stack: BenchContext['stack'] = () => {
    starting ??= startBenchStack().then((started) => owned.use(started))
    return starting
  }
  const tableOf = (): string => ['| what | result | aim | |', '| --- | --- | --- | --- |', ...rows, ''].join('\n')
  const [rows, problems, data, pictures] = [[] as string[], [] as string[], {} as Record<string, unknown>, {}]
  for (const { id, title, run } of benches) {
    say(`\n${id}: ${title}`)
    const report = await run({ isShort, stack, say })
    rows.push(...report.rows.map(line))
    for (const row of report.rows) say(line(row))
    problems.push(...report.problems.map((problem) => `${id}: ${problem}`))
    data[id] = report.data
    Object.assign(pictures, report.pictures)
    onResults({ table: tableOf(), problems, data, pictures })
  }
  return { table: tableOf(), problems, data, pictures }
}
