/** A program for `postgres.test.ts`: freezes in the middle of a transaction that holds a room, and tells what became of it. */
import { openMigrated } from '../contract/postgres-opening.ts'
import { touching } from '../contract/stored-chat.ts'

const [url = '', room = '', idleInTransactionMs = ''] = process.argv.slice(2)
const { eventStore, close } = await openMigrated(url, { idleInTransactionMs: Number(idleInTransactionMs) })
const outcome = await eventStore
  .transact(touching({ rooms: [room] }), () => {
    process.stdout.write('frozen\n')
    process.kill(process.pid, 'SIGSTOP')
    return {
      events: [],
      rejections: [{ room, commandId: room, digest: 'd', rejection: { type: 'Rejected', code: 'forbidden', message: '' } }],
    }
  })
  .then(
    () => 'stored',
    (error: { fault?: string }) => String(error.fault),
  )
process.stdout.write(`${outcome}\n`)
await close()
