/** The load of B8 (sockets that are cut and reopened) in a process of its own. */
import { executeTasks } from '../../load/task-process/execute-tasks.ts'
import type { ChurnNote, ChurnOptions } from './churn.ts'
import { runChurn } from './churn.ts'

executeTasks<ChurnOptions, ChurnNote>(runChurn)
