import type { Word } from './order-child.ts'

/** The child's side: executes orders, and ends when the parent disconnects. */
export const takeOrders = <Order, Note = never>(obey: (order: Order, note: (note: Note) => void) => Promise<unknown>): void => {
  const say = (word: Word<Note>): void => void process.send?.(word)
  process.on('message', (order: Order) => {
    obey(order, (note) => say({ said: 'note', note })).then(
      (result) => say({ said: 'done', result }),
      (error: unknown) => say({ said: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.once('disconnect', () => process.exit(0))
}
