/** The measured load in a process of its own. */

import { executeTasks } from '../../load/task-process/execute-tasks.ts'
import { chatFormat } from '../../support/load/chat-format.ts'
import type { WireFormat } from '../../support/load/wire-format.ts'
import { bareFormat } from '../rivals/bare-format.ts'
import { socketIoFormat } from '../rivals/socket-io-format.ts'
import type { MeasuredLoad } from './measured-load.ts'
import { createMeasuredLoad } from './measured-load.ts'
import type { LoadNote, LoadTask, ServiceName } from './start-load.ts'

/** The protocol of each service, and the part of its URL after host and port. */
const services: Readonly<Record<ServiceName, { readonly format: WireFormat; readonly path: string }>> = {
  chat: { format: chatFormat, path: '/ws' },
  bare: { format: bareFormat, path: '/' },
  'socket.io': { format: socketIoFormat, path: '/socket.io/?EIO=4&transport=websocket' },
}

let opened: MeasuredLoad | undefined

const load = (): MeasuredLoad => {
  if (opened === undefined) throw new Error('received a task before the options')
  return opened
}

executeTasks<LoadTask, LoadNote>((task, note) => {
  switch (task.do) {
    case 'open': {
      const { format, path } = services[task.service]
      const urls = task.options.urls.map((url) => new URL(path, url).href)
      opened = createMeasuredLoad({ ...task.options, urls, format })
      return opened.open()
    }
    case 'run':
      return load().run(task.burst, (isWindowOpen) => note({ isWindowOpen }))
    case 'watch':
      return load().watch()
    case 'unwatch':
      return load().unwatch(task.injected, task.mostWaitMs)
    case 'start typing':
      return load().typing.start(task.typists)
    case 'stop typing':
      return load().typing.stop()
    case 'report':
      return load().report()
    case 'close':
      return load().close()
  }
})
