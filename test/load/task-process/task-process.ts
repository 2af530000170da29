import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createPendingTasks } from './pending-tasks.ts'

/** Tasks are numbered, because they may be completed in another order. */
export interface NumberedTask<Task> {
  readonly number: number
  readonly task: Task
}

/** A message from the child about one task: notes of progress, then the result or the failure. */
export type TaskMessage<Note> = { readonly number: number } & (
  | { readonly kind: 'note'; readonly note: Note }
  | { readonly kind: 'done'; readonly result?: unknown }
  | { readonly kind: 'failed'; readonly error: Error }
)

/** A child process that executes tasks. It ends when it is disposed of. */
export interface TaskProcess<Task, Note> extends AsyncDisposable {
  readonly pid: number
  /** Resolves when the process has ended. */
  readonly ended: Promise<unknown>
  /** The result of the task; rejects if it failed, or if the process has ended. */
  execute<Result>(task: Task, onNote?: (note: Note) => void): Promise<Result>
}

const profileArguments = (): string[] => {
  const { BENCH_PROFILE: folder } = process.env
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
}

/** A child that is busy does not notice the end of its parent. */
const endWithinMs = 20_000

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  if (child.connected) child.disconnect()
  const late = setTimeout(() => child.kill('SIGKILL'), endWithinMs)
  await exit
  clearTimeout(late)
}

/**
 * Starts a program that calls `executeTasks`. `nodeArguments` go to Node itself.
 * `BENCH_PROFILE` names a folder for the CPU profile of the child.
 */
export const startTaskProcess = <Task, Note = never>(
  entry: string,
  nodeArguments: readonly string[] = [],
): TaskProcess<Task, Note> => {
  const child = fork(entry, { execArgv: [...nodeArguments, ...profileArguments()], serialization: 'advanced' })
  const pending = createPendingTasks()
  const listeners = new Map<number, (note: Note) => void>()
  child.on('message', (message: TaskMessage<Note>) => {
    const { number } = message
    if (message.kind === 'note') return listeners.get(number)?.(message.note)
    listeners.delete(number)
    if (message.kind === 'done') pending.resolve(number, message.result)
    else pending.reject(number, message.error)
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.once('exit', (code) => pending.end(new Error(`${entry} ended with ${code}`)))
  return {
    pid: child.pid ?? 0,
    ended,
    execute: <Result>(task: Task, onNote?: (note: Note) => void) => {
      const [number, result] = pending.add()
      if (onNote !== undefined) listeners.set(number, onNote)
      child.send({ number, task } satisfies NumberedTask<Task>, (error) => {
        if (error !== null) pending.reject(number, error)
      })
      return result as Promise<Result>
    },
    [Symbol.asyncDispose]: () => end(child),
  }
}
