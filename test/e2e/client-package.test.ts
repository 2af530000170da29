import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../infra/native/run-command.ts'
import { bundle } from '../../infra/npm/bundle.ts'
import { clientPackage } from '../../infra/npm/client-package.ts'
import { pack } from '../../infra/npm/pack.ts'
import { openBrowser, whyNoBrowser } from '../support/browser/browser.ts'
import { runInBrowser } from '../support/browser/run-in-browser.ts'
import { until } from '../support/poll.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'

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

const noBrowser = await whyNoBrowser()

describe('The packed client', () => {
  let chat: EmbeddedChat
  let folder: string
  const owned = new AsyncDisposableStack()
  const makeFolder = (): string =>
    owned.adopt(mkdtempSync(join(tmpdir(), 'chat-package-')), (path) => rmSync(path, { recursive: true, force: true }))

  beforeAll(async () => {
    const tarballs = makeFolder()
    folder = makeFolder()
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    const client = await pack(clientPackage, tarballs)
    // Packed from node_modules, so that the test needs no registry.
    const zod = join(
      tarballs,
      (await runCommand('npm', ['pack', '--silent', '--pack-destination', tarballs, join(root, 'node_modules/zod')])).trim(),
    )
    await runCommand('npm', ['install', '--offline', '--no-audit', '--no-fund', client, zod], { cwd: folder })
    chat = owned.use(await startEmbedded())
  }, 240_000)

  afterAll(() => owned.disposeAsync())

  const write = (name: string, code: string): string => {
    const file = join(folder, name.replace(' ', '-'))
    writeFileSync(file, code)
    return file
  }
  const run = (name: string, code: string): Promise<string> => runCommand(process.execPath, [write(name, code)])

  it.each(examples)('prints in an empty folder what its document states: $name', async ({ name, code, printed }) => {
    const here = code.replaceAll('ws://127.0.0.1:8080/ws', chat.url)
    expect(here).not.toBe(code)
    expect(await run(`${name}.js`, here)).toBe(printed)
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
      const { text } = await bundle(write(`${name} for browsers.js`, code.replaceAll('ws://127.0.0.1:8080/ws', another.url)))
      const { lines, close } = await runInBrowser(browser, new URL(another.url.replace(/^ws/, 'http')).origin, text)
      const expected = printed.trimEnd().split('\n')
      await until('the whole output', () => lines.length >= expected.length, { withinMs: 60_000 }).catch(() => undefined)
      expect(lines).toEqual(expected)
      await close()
    })
  })

  it('has an example in each section of its document', () => {
    expect(examples.length).toBe(6)
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
    expect(await run('schemas.js', code)).toBe('true true 3.0.0\n')
  })

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types for TypeScript (%s, %s)', async (module, moduleResolution) => {
    const compilerOptions = {
      noEmit: true,
      strict: true,
      target: 'es2024',
      lib: ['es2024', 'dom'],
      types: [],
      module,
      moduleResolution,
    }
    writeFileSync(join(folder, 'consumer.ts'), typescript)
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
    expect(await runCommand(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder])).toBe('')
  })

  it('is bundled to at most the size in its document, without the schemas', async () => {
    const [, kilobytes] = /Under (\d+) KB, bundled and gzipped/.exec(readme) ?? []
    const { gzippedBytes, text } = await bundle(join(folder, 'node_modules/chat-client/index.js'))
    expect(gzippedBytes).toBeLessThan(Number(kilobytes) * 1_024)
    expect(gzippedBytes).toBeGreaterThan((Number(kilobytes) - 2) * 1_024)
    expect(text).not.toContain('zod')
  })
})
