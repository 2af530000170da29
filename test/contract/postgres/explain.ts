import type { Statement } from '../../../infra/postgres/connection/statement.ts'
import { clientConfig } from '../../../infra/postgres/database.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { sqlLiteral } from '../sql-literal.ts'
import { withSession } from './session.ts'

interface Plan {
  readonly 'Node Type': string
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  /** For each loop. */
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Plan[]
}

const stepsOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(stepsOf)]

/**
 * The number of blocks that the statement touches, and its plan, under the settings of the adapter. Prepared, because
 * EXPLAIN of a statement with parameters shows a plan for their values, and the adapter runs generic plans.
 */
export const explain = (url: string, { text }: Statement, values: readonly unknown[]) =>
  withSession(
    url,
    async (client) => {
      await client.query(`prepare examined as ${text}`)
      const { rows } = await client.query<{ 'QUERY PLAN': readonly [{ Plan: Plan }] }>(
        `explain (analyze, buffers, format json) execute examined (${values.map(sqlLiteral).join(', ')})`,
      )
      const plan = rows[0]?.['QUERY PLAN'][0].Plan
      if (plan === undefined) throw new Error('no plan')
      const steps = stepsOf(plan)
      return {
        blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
        nodes: steps.map((step) => step['Node Type']),
        rows: plan['Actual Rows'],
        rowsRemoved: steps.reduce((sum, step) => sum + (step['Rows Removed by Filter'] ?? 0) * step['Actual Loops'], 0),
      }
    },
    clientConfig(defaultTimes),
  )
