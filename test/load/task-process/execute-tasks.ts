import type { NumberedTask, TaskMessage } from './task-process.ts'

/** The child's side of a task process: executes tasks, and ends when the parent disconnects. */
export const executeTasks = <Task, Note = never>(execute: (task: Task, note: (note: Note) => void) => unknown): void => {
  const send = (message: TaskMessage<Note>): void => void process.send?.(message)
  process.on('message', async ({ number, task }: NumberedTask<Task>) => {
    try {
      send({ number, kind: 'done', result: await execute(task, (note) => send({ number, kind: 'note', note })) })
    } catch (error) {
      send({ number, kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) })
    }
  })
  process.once('disconnect', () => process.exit(0))
}
