/** `npm run bench`: measures the cost of the service and of its rivals in one run. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { allBenches } from './benches/all-benches.ts'
import type { BenchResults } from './harness/run-benches.ts'
import { runBenches } from './harness/run-benches.ts'
import { writeReport } from './harness/write-report.ts'

const usage = `Usage: npm run bench -- [--only B1,B4] [--short] [--out bench-results] [--write] [--list]

  --only   these benchmarks, by their ids
  --short  a small load that checks only correctness
  --out    folder for the results as JSON, the table and the pictures
  --write  also writes the table and the pictures into test/bench
  --list   lists all benchmarks and runs none

  BENCH_RATES=500,1000: measures only these rates of B12
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench-results' },
    write: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const chosen = () => {
  if (values.only === undefined) return allBenches
  return values.only.split(',').map((id) => {
    const bench = allBenches.find((candidate) => candidate.id === id)
    if (bench === undefined) throw new Error(`no benchmark ${id}; --list shows all benchmarks`)
    return bench
  })
}

const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`

/** The load average of the machine is part of the result. */
const loadText = (): string =>
  `load average ${loadavg()
    .map((load) => load.toFixed(1))
    .join(', ')}`

const run = async (): Promise<number> => {
  const loadBefore = loadText()
  mkdirSync(values.out, { recursive: true })
  const write = ({ table, data, pictures }: BenchResults): void => {
    const about = `${new Date().toISOString().slice(0, 16)}Z, ${machine()}; ${loadBefore} before the run, ${loadText()} at its end.`
    const results = { about, command: process.argv.slice(2), data }
    writeFileSync(join(values.out, 'results.json'), `${JSON.stringify(results, null, 1)}\n`)
    writeFileSync(join(values.out, 'table.md'), `${about}\n\n${table}`)
    for (const [name, svg] of Object.entries(pictures)) writeFileSync(join(values.out, name), svg)
    if (values.write) writeReport(table, about, pictures)
  }
  const { table, problems } = await runBenches(chosen(), { isShort: values.short, say, onResults: write })
  say(`\n${table}`)
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  say(problems.length === 0 ? 'Nothing was lost, duplicated or reordered.' : `${problems.length} problems.`)
  return problems.length
}

if (values.help) say(usage)
else if (values.list) for (const { id, title } of allBenches) say(`${id.padEnd(5)} ${title}`)
else process.exitCode = (await run()) === 0 ? 0 : 1
