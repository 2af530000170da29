import type { TaskProcess } from '../task-process/task-process.ts'
import type { Order } from './worker-messages.ts'

/** A process that executes orders, on this machine or on another one. */
export type Worker = AsyncDisposable & Pick<TaskProcess<Order, never>, 'execute'>
