import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'

/** Tasks are numbered, because they may be completed in another order. */
export interface NumberedTask<Task> {
  readonly number: number
  readonly task: Task
}

/** A message from the child about one task: notes of progress, then the result or the failure. */
export type TaskMessage<Note> = { readonly number: number } & (
  | { readonly kind: 'note'; readonly note: Note }
  | { readonly kind: 'done'; readonly result?: unknown }
  | { readonly kind: 'failed'; readonly reason: string }
)

/** A child process that executes tasks. It ends when it is disposed of. */
export interface TaskProcess<Task, Note> extends AsyncDisposable {
  readonly pid: number
  execute<Result>(task: Task, onNote?: (note: Note) => void): Promise<Result>
}

interface Running<Note> {
  readonly onNote: (note: Note) => void
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

const profileArguments = (): string[] => {
  const { BENCH_PROFILE: folder } = process.env
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
}

/** A child that is busy does not notice the end of its parent. */
const endWithinMs = 20_000

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
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
  const running = new Map<number, Running<Note>>()
  let tasks = 0
  child.on('message', (message: TaskMessage<Note>) => {
    const task = running.get(message.number)
    if (message.kind === 'note') return task?.onNote(message.note)
    running.delete(message.number)
    if (message.kind === 'done') task?.resolve(message.result)
    else task?.reject(new Error(message.reason))
  })
  child.once('exit', (code) => {
    for (const { reject } of running.values()) reject(new Error(`${entry} ended with ${code}`))
    running.clear()
  })
  return {
    pid: child.pid ?? 0,
    execute: <Result>(task: Task, onNote: (note: Note) => void = () => {}) =>
      new Promise<Result>((resolve, reject) => {
        tasks += 1
        running.set(tasks, { onNote, resolve: (result) => resolve(result as Result), reject })
        child.send({ number: tasks, task } satisfies NumberedTask<Task>, (error) => {
          if (error !== null) reject(error)
        })
      }),
    [Symbol.asyncDispose]: () => end(child),
  }
}
