/** Sockets that come and go, as a process of their own. */
import { takeOrders } from '../harness/take-orders.ts'
import type { ChurnNote, ChurnOptions } from './churn.ts'
import { runChurn } from './churn.ts'

takeOrders<ChurnOptions, ChurnNote>(runChurn)
