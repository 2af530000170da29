import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'

/** A message from the child about one order: notes of progress, then the result or the failure. */
export type Word<Note> =
  | { readonly said: 'note'; readonly note: Note }
  | { readonly said: 'done'; readonly result?: unknown }
  | { readonly said: 'failed'; readonly why: string }

/** A child process that executes orders one at a time. */
export interface OrderChild<Order, Note> extends AsyncDisposable {
  readonly pid: number
  obey<Result>(order: Order, onNote?: (note: Note) => void): Promise<Result>
}

const profiled = (): string[] => {
  const { BENCH_PROFILE: folder } = process.env
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
}

const ended = (child: ChildProcess): Promise<unknown> =>
  child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : Promise.resolve()

/** Starts the child. `nodeArguments` go to Node itself. `BENCH_PROFILE` names a folder for its CPU profile. It ends when it is disposed of. */
export const startOrderChild = <Order extends object, Note = never>(
  entry: string,
  nodeArguments: readonly string[] = [],
): OrderChild<Order, Note> => {
  const child = fork(entry, { execArgv: [...nodeArguments, ...profiled()] })
  let onWord: (word: Word<Note>) => void = () => {}
  child.on('message', (word: Word<Note>) => onWord(word))
  child.once('exit', () => onWord({ said: 'failed', why: `${entry} has ended` }))
  return {
    pid: child.pid ?? 0,
    obey: <Result>(order: Order, onNote: (note: Note) => void = () => {}) =>
      new Promise<Result>((resolve, reject) => {
        onWord = (word) => {
          if (word.said === 'note') onNote(word.note)
          else if (word.said === 'failed') reject(new Error(word.why))
          else resolve(word.result as Result)
        }
        child.send(order, (error) => {
          if (error !== null) reject(error)
        })
      }),
    [Symbol.asyncDispose]: async () => {
      if (child.connected) child.disconnect()
      await ended(child)
    },
  }
}
