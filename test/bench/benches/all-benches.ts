import type { Bench } from '../harness/bench.ts'
import { pipelineBench } from './b4-pipeline.ts'
import { busyRoomBench, manyRoomsBench, quietRoomBench } from './broadcast.ts'

/** In the order in which they run. */
export const allBenches: readonly Bench[] = [busyRoomBench, quietRoomBench, manyRoomsBench, pipelineBench]
