import type { NumberedTask, TaskMessage } from './task-process.ts'

/** The child's side of a task process: executes tasks, and ends when the parent disconnects. */
export const executeTasks = <Task, Note = never>(execute: (task: Task, note: (note: Note) => void) => unknown): void => {
  const send = (message: TaskMessage<Note>): void => void process.send?.(message)
  process.on('message', async ({ number, task }: NumberedTask<Task>) => {
    try {
      send({ number, kind: 'done', result: await execute(task, (note) => send({ number, kind: 'note', note })) })
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
      send({ number, kind: 'failed', reason })
    }
  })
  process.once('disconnect', () => process.exit(0))
}
