/** The load in a separate process: executes orders. */
import { takeOrders } from '../harness/take-orders.ts'
import { bareDialect } from './bare-dialect.ts'
import { chatDialect } from './chat-dialect.ts'
import type { LeanLoad } from './lean-load.ts'
import { createLeanLoad } from './lean-load.ts'
import type { LoadNote, LoadOrder } from './load-messages.ts'
import { socketIoDialect } from './socket-io-dialect.ts'

const dialects = { chat: chatDialect, bare: bareDialect, 'socket.io': socketIoDialect }
let load: LeanLoad | undefined

const begun = (): LeanLoad => {
  if (load === undefined) throw new Error('received an order before its options')
  return load
}

const obey = async (order: LoadOrder, note: (note: LoadNote) => void): Promise<unknown> => {
  switch (order.do) {
    case 'open':
      load = createLeanLoad({ ...order.options, dialect: dialects[order.dialect] })
      return load.open()
    case 'run':
      return begun().run(order.burst, (isWindowOpen) => note({ isWindowOpen }))
    case 'watch':
      return begun().watch()
    case 'unwatch':
      return begun().unwatch(order.injected, order.patienceMs)
    case 'verdict':
      return begun().verdict()
    case 'close':
      return begun().close()
  }
}

takeOrders(obey)
