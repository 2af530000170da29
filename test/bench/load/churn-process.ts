/** The load of B8 (sockets that are cut and reopened) in a separate process. */
import { takeOrders } from '../harness/take-orders.ts'
import type { ChurnNote, ChurnOptions } from './churn.ts'
import { runChurn } from './churn.ts'

takeOrders<ChurnOptions, ChurnNote>(runChurn)
