import { extname, join } from 'node:path'
import type { TaskProcess } from '../task-process/task-process.ts'
import { startTaskProcess } from '../task-process/task-process.ts'
import type { Order } from './worker-messages.ts'

/** The packed tester consists of JavaScript files. */
const entry = join(import.meta.dirname, `worker-process${extname(import.meta.filename)}`)

/** Starts a process on this machine. */
export const startLocalWorker = (): TaskProcess<Order, never> => startTaskProcess(entry)
