/** The process of the embedded database; started only by `startEmbeddedPostgres`. */

import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { messageOf } from '../../../shared/runtime/observability/error-text.ts'
import { lockFolder } from './folder-lock.ts'
import type { ChildOrder, ChildReport } from './messages.ts'
import { socketName, stopOrder } from './messages.ts'

const order = JSON.parse(process.argv[2] ?? '') as ChildOrder

/** The callback ignores a failed send: when the parent is gone, `disconnect` ends this process without a stack trace. */
const report = (message: ChildReport): void => {
  process.send?.(message, undefined, undefined, () => {})
}

const leave = (code: number): never => {
  rmSync(order.socketFolder, { recursive: true, force: true })
  process.exit(code)
}

/** A statement that throws inside PGlite wedges the engine and the queue of the socket server: exit, and let the parent report it. */
const endOnEngineFailure = (database: PGlite): void => {
  const ask = database.execProtocolRawStream.bind(database)
  database.execProtocolRawStream = async (...message) => {
    try {
      return await ask(...message)
    } catch {
      return leave(1)
    }
  }
}

const serve = async (): Promise<void> => {
  await lockFolder(resolve(order.dataDir), order.owner, order.lockWaitMs)
  const database = await PGlite.create(join(order.dataDir, 'postgres'))
  endOnEngineFailure(database)
  const server = new PGLiteSocketServer({ db: database, path: join(order.socketFolder, socketName), maxConnections: 8 })
  await server.start()
  process.once('message', async (message) => {
    if (message !== stopOrder) return
    await server.stop()
    await database.close()
    leave(0)
  })
  report({ kind: 'ready' })
}

// The parent is gone, perhaps by SIGKILL: the next start waits until this process releases the folder.
process.once('disconnect', () => leave(0))
if (!process.connected) leave(0)
// Ctrl-C in a terminal also signals this process, but the parent decides when it ends.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

serve().catch((error: unknown) => {
  report({ kind: 'refused', message: messageOf(error) })
  setImmediate(() => leave(1))
})
