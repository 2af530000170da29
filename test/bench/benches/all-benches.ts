import type { Bench } from '../harness/bench.ts'
import { pipelineBench } from './b4-pipeline.ts'
import { busyRoomBench, manyRoomsBench, quietRoomBench } from './broadcast.ts'
import { churnBench } from './churn.ts'
import { embeddedBench } from './embedded.ts'
import { everydayBench } from './everyday.ts'
import { headSweepBench, idleSessionsBench } from './idle-sessions.ts'
import { largeRoomBench } from './large-room.ts'
import { listsBench } from './lists.ts'
import { livingMessagesBench } from './living-messages.ts'
import { memberListsBench } from './member-lists.ts'
import { quietProcessesBench } from './quiet-processes.ts'
import { reactionStormBench } from './reaction-storm.ts'
import { scaleBench } from './scale.ts'
import { searchMessagesBench } from './search-messages.ts'
import { signalsBench } from './signals.ts'
import { turnsBench } from './turns.ts'

/** All benchmarks in the order in which they run. */
export const allBenches: readonly Bench[] = [
  busyRoomBench,
  quietRoomBench,
  manyRoomsBench,
  everydayBench,
  quietProcessesBench,
  turnsBench,
  pipelineBench,
  largeRoomBench,
  scaleBench,
  idleSessionsBench,
  headSweepBench,
  embeddedBench,
  listsBench,
  livingMessagesBench,
  memberListsBench,
  searchMessagesBench,
  reactionStormBench,
  churnBench,
  signalsBench,
]
