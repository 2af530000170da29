import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { LoadReport } from './load-report.ts'

const latency = z.object({ count: z.number(), p50: z.number(), p90: z.number(), p99: z.number(), max: z.number() })

/** The fields that a comparison reads. */
const schema = z.looseObject({
  startedAt: z.string(),
  sendingFrom: z.number(),
  sendingTo: z.number(),
  shape: z.looseObject({}),
  totals: z.looseObject({ sent: z.number(), confirmed: z.number(), refused: z.number() }),
  latencies: z.object({ connect: latency.loose(), stored: latency.loose(), received: latency.loose() }),
})

const contentOf = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`--compare: cannot read ${file}: ${(error as Error).message}`)
  }
}

/** Reads the `--json` file of a former run. */
export const readFormerReport = (file: string): LoadReport => {
  const content = contentOf(file)
  const { error } = schema.safeParse(content)
  const [issue] = error?.issues ?? []
  if (issue !== undefined)
    throw new Error(`--compare: ${file} is not a report of the load tester: ${issue.path.join('.')}: ${issue.message}`)
  return content as LoadReport
}
