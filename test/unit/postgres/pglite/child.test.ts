import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { scratchFolder } from '../../../contract/postgres/open-pglite.ts'

const child = fileURLToPath(new URL('../../../../infra/postgres/pglite/child.ts', import.meta.url))

/** Before its report, the child writes a line to stdout and waits for as long as the parent needs to end. */
const hesitation = `data:text/javascript,${encodeURIComponent(`
import { writeSync } from 'node:fs'
const send = process.send.bind(process)
process.send = (...message) => {
  writeSync(1, 'reports')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
  return send(...message)
}
`)}`

it('the process of the embedded database exits silently when its parent is gone before it can report', async () => {
  using folder = scratchFolder()
  const file = join(folder.path, 'no folder')
  writeFileSync(file, '')
  const socketFolder = mkdtempSync(join(folder.path, 'socket-'))
  const order = { dataDir: file, socketFolder, owner: { pid: process.pid, startedMs: 0 }, lockWaitMs: 0 }
  const started = fork(child, [JSON.stringify(order)], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', hesitation],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  if (started.stdout === null || started.stderr === null) throw new Error('the child must have outputs')
  const said = text(started.stderr)
  await once(started.stdout, 'data')
  started.disconnect()
  await once(started, 'exit')
  expect(await said).toBe('')
}, 30_000)
