import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../infra/native/run-command.ts'
import { bundle } from '../../infra/npm/bundle.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import { until } from '../support/poll.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import type { PackedClient } from './packed-client.ts'
import { packedClient } from './packed-client.ts'
import { runInBrowser } from './run-in-browser.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const readme = readFileSync(join(root, 'shared/client/README.md'), 'utf8')

/** The code examples of the document, each with the output that the document states. */
const examples = [...readme.matchAll(/^```js\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm)].map(
  ([, code = '', printed = ''], index) => ({ name: `example ${index + 1}`, code, printed }),
)

const typescript = `
import type { ChatClient, RoomMessage } from 'chat-client'
import { ChatError, connect, newId } from 'chat-client'
import { closeCodes } from 'chat-client/protocol/close-codes'
import { serverFrame } from 'chat-client/protocol/answers'

const client: ChatClient = connect('ws://localhost/ws', { user: { externalUserId: 'ann' }, WebSocket })
client.on('message', (message: RoomMessage) => console.log(message.seq, message.msg.length))
client.on('state', (state) => console.log(state.state === 'offline' ? state.retryInMs : state.state))
// @ts-expect-error no such event
client.on('massage', () => undefined)
const id: string = newId()
const code: number = closeCodes.restart.code
const parsed: boolean = serverFrame.safeParse({}).success
export const used = [id, code, parsed, new ChatError('closed', 'x').retryable]
`

const noBrowser = await noBrowserReason()

/** A Node of version 20, if this machine has one besides its own. */
const olderNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  return stdout?.startsWith('v20.') === true
})

describe('The packed client', () => {
  let chat: EmbeddedChat
  let client: PackedClient
  const owned = new AsyncDisposableStack()

  beforeAll(async () => {
    client = owned.use(await packedClient(['ws']))
    chat = owned.use(await startEmbedded())
  }, 240_000)

  afterAll(() => owned.disposeAsync())

  it.each(examples)('prints in an empty folder what its document states: $name', async ({ name, code, printed }) => {
    const here = code.replaceAll('ws://127.0.0.1:8080/ws', chat.url)
    expect(here).not.toBe(code)
    expect(await client.run(`${name}.js`, here)).toBe(printed)
  })

  describe.skipIf(noBrowser)('bundled, in a real browser', { timeout: 120_000 }, () => {
    let browser: Browser
    let another: EmbeddedChat
    beforeAll(async () => {
      // A new chat: the examples start without users and rooms.
      another = owned.use(await startEmbedded())
      browser = owned.use(await openBrowser())
    }, 240_000)

    it.each(examples)('prints what its document states: $name', async ({ name, code, printed }) => {
      const { text } = await bundle(
        client.write(`${name} for browsers.js`, code.replaceAll('ws://127.0.0.1:8080/ws', another.url)),
      )
      const { lines, close } = await runInBrowser(browser, new URL(another.url.replace(/^ws/, 'http')).origin, text)
      const expected = printed.trimEnd().split('\n')
      await until('the whole output', () => lines.length >= expected.length, { withinMs: 60_000 }).catch(() => undefined)
      expect(lines).toEqual(expected)
      await close()
    })
  })

  it('is required from CommonJS, as Jest and older projects do, and chats', async () => {
    const code = `
      const { ChatError, connect, newId } = require('chat-client')
      const { closeCodes } = require('chat-client/protocol/close-codes')
      const client = connect(${JSON.stringify(chat.url)}, { user: { externalUserId: newId() } })
      client.ready().then(async ({ id }) => {
        const { id: room } = await client.createChat({ name: 'x', users: [id] })
        const { msg } = await client.send(room, 'from CommonJS')
        const error = await client.send(room, '').catch((error) => error)
        console.log(msg, error instanceof ChatError, closeCodes.restart.code)
        client.close()
      })`
    expect(await client.run('required.cjs', code)).toBe('from CommonJS true 1012\n')
  })

  it.skipIf(olderNode === undefined)(`runs on Node 20 with the WebSocket of ws, and says that it needs one`, async () => {
    const code = `
      import { connect } from 'chat-client'
      import { WebSocket } from 'ws'
      const url = ${JSON.stringify(chat.url)}
      try {
        connect(url)
      } catch (error) {
        console.log(error.message)
      }
      const client = connect(url, { user: { externalUserId: 'on Node 20' }, WebSocket })
      const { id } = await client.ready()
      const { id: room } = await client.createChat({ name: 'x', users: [{ externalUserId: 'on Node 20' }] })
      console.log((await client.send(room, 'hello')).msg)
      client.close()`
    const printed = await client.run('older.mjs', code, olderNode)
    expect(printed).toBe('connect: this runtime has no WebSocket; pass that of the package ws as options.WebSocket\nhello\n')
  })

  it('has an example in each section of its document', () => {
    expect(examples.length).toBe(14)
    expect(readme.match(/^```js$/gm)).toHaveLength(examples.length)
  })

  it('contains the schemas, the tables and the AsyncAPI document', async () => {
    const code = `
      import { requestSchemas } from 'chat-client/protocol/requests'
      import { defaultLimits } from 'chat-client/protocol/limits'
      import { errors } from 'chat-client/protocol/errors'
      import asyncapi from 'chat-client/asyncapi.json' with { type: 'json' }
      const { ping } = requestSchemas(defaultLimits)
      console.log(ping.safeParse({ event: 'ping', body: {} }).success, 'timeout' in errors, asyncapi.asyncapi)`
    expect(await client.run('schemas.js', code)).toBe('true true 3.0.0\n')
  })

  it.each([
    ['nodenext', 'nodenext', 'consumer.ts'],
    ['esnext', 'bundler', 'consumer.ts'],
    ['node16', 'node16', 'consumer.ts'],
    ['node16', 'node16', 'consumer.cts'],
    ['commonjs', 'bundler', 'consumer.cts'],
  ])('has types for TypeScript (%s, %s, %s)', async (module, moduleResolution, file) => {
    const compilerOptions = {
      noEmit: true,
      strict: true,
      target: 'es2024',
      lib: ['es2024', 'dom'],
      types: [],
      module,
      moduleResolution,
    }
    client.write(file, typescript)
    client.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }))
    expect(await runCommand(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', client.folder])).toBe('')
  })

  it.each([
    ['index', /Under (\d+) KB, bundled and gzipped/],
    ['core', /without the \[room handles\]\(#[a-z-]+\) and under (\d+) KB/],
  ])('bundles the entry %s to at most the size in its document, without the schemas', async (entry, size) => {
    const [, kilobytes] = size.exec(readme) ?? []
    const { gzippedBytes, text } = await bundle(join(client.folder, `node_modules/chat-client/${entry}.js`))
    expect(gzippedBytes).toBeLessThan(Number(kilobytes) * 1_024)
    expect(gzippedBytes).toBeGreaterThan((Number(kilobytes) - 2) * 1_024)
    expect(text).not.toContain('zod')
  })
})
