import type { Bench } from '../harness/bench.ts'
import { pipelineBench } from './b4-pipeline.ts'

/** In the order in which they run. */
export const allBenches: readonly Bench[] = [pipelineBench]
