import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'

/** What a child that takes orders says: now and then how far it is, at last what came of it. */
export type Word<Note> =
  | { readonly said: 'note'; readonly note: Note }
  | { readonly said: 'done'; readonly result?: unknown }
  | { readonly said: 'failed'; readonly why: string }

/** A process of ours that does one thing after the other. */
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

/** `nodeArguments` are those of Node itself. `BENCH_PROFILE` names a folder for its profile. It ends when it is let go. */
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
