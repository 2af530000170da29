/** The load as a process of its own: does what it is told. */
import { chatDialect } from './chat-dialect.ts'
import type { LeanLoad } from './lean-load.ts'
import { createLeanLoad } from './lean-load.ts'
import type { LoadOrder, LoadWord } from './load-messages.ts'

const dialects = { chat: chatDialect }
const say = (word: LoadWord): void => void process.send?.(word)
let load: LeanLoad | undefined

const begun = (): LeanLoad => {
  if (load === undefined) throw new Error('told to work before being told how')
  return load
}

const obey = async (order: LoadOrder): Promise<unknown> => {
  switch (order.do) {
    case 'open':
      load = createLeanLoad({ ...order.options, dialect: dialects[order.dialect] })
      return load.open()
    case 'run':
      return begun().run(order.burst, (isOpen) => say({ said: 'window', isOpen }))
    case 'verdict':
      return begun().verdict()
    case 'close':
      return begun().close()
  }
}

process.on('message', (order: LoadOrder) => {
  obey(order).then(
    (result) => say({ said: 'done', result }),
    (error: unknown) => say({ said: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
