import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../../infra/npm/bundle.ts'
import { noBrowserReason, openBrowser } from '../support/browser/browser.ts'
import { until } from '../support/poll.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import type { PackedClient } from './packed-client.ts'
import { packedClient } from './packed-client.ts'
import { runInBrowser } from './run-in-browser.ts'

const readme = readFileSync(fileURLToPath(new URL('../../shared/client/README.md', import.meta.url)), 'utf8')
const [, application = ''] = /^```jsx\n([\s\S]*?)^```$/m.exec(readme) ?? []
/** Shows the first message of a chat and its thread, and changes that message. */
const threadApplication = `
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { useChat, useMessages } from 'chat-client/react'

const Thread = ({ client, id, root }) => {
  const { messages, room, send } = useMessages(client, id, { thread: root.id })
  return (
    <section>
      <button onClick={() => send('reply')}>Reply</button>
      <button onClick={() => room.edit(root.id, 'better')}>Edit</button>
      <button onClick={() => room.react(root.id, 'yes')}>React</button>
      <button onClick={() => room.delete(messages[0].id)}>Delete the reply</button>
      <ol>{messages.map(({ id, msg, deleted }) => <li key={id}>{deleted ? 'deleted reply' : msg}</li>)}</ol>
    </section>
  )
}

const Room = ({ client, id }) => {
  const { messages, send } = useMessages(client, id, { replies: false })
  const line = ({ msg, replies, reactions }) => [msg, replies?.count ?? 0, reactions?.yes ?? 0].join(' ')
  return (
    <main>
      <button onClick={() => send('root')}>Send</button>
      <ol>{messages.map((message) => <li key={message.id}>{line(message)}</li>)}</ol>
      {messages.length > 0 && <Thread client={client} id={id} root={messages[0]} />}
    </main>
  )
}

const App = () => {
  const { client, user, chats } = useChat('ws://127.0.0.1:8080/ws', { user: { externalUserId: 'thread' } })
  if (chats.length > 0) return <Room client={client} id={chats[0].id} />
  return <button disabled={user === undefined} onClick={() => client.createChat({ name: 'x', users: [user.id] })}>Start</button>
}
createRoot(document.body.appendChild(document.createElement('main'))).render(<StrictMode><App /></StrictMode>)`

const noBrowser = await noBrowserReason()
const longWait = { withinMs: 40_000 }

describe('The React bindings', () => {
  const owned = new AsyncDisposableStack()
  let chat: EmbeddedChat
  let client: PackedClient
  beforeAll(async () => {
    client = owned.use(await packedClient(['react', 'react-dom', 'scheduler']))
    chat = owned.use(await startEmbedded())
  }, 240_000)
  afterAll(() => owned.disposeAsync())

  it('render on a server as not connected, without opening a connection', async () => {
    const code = `
      import { createElement } from 'react'
      import { renderToString } from 'react-dom/server'
      import { useChat, useMessages } from 'chat-client/react'
      const App = () => {
        const { client, user, state, chats } = useChat('ws://127.0.0.1:1/ws', { user: { externalUserId: 'ivy' } })
        const { messages, members, hasOlder } = useMessages(client, 'no room')
        return createElement('p', {}, JSON.stringify([client ?? null, user ?? null, state, chats, messages, members, hasOlder]))
      }
      console.log(renderToString(createElement(App)).replaceAll('&quot;', '"'))`
    expect(await client.run('server.mjs', code)).toBe('<p>[null,null,{"state":"connecting"},[],[],[],false]</p>\n')
  })

  describe.skipIf(noBrowser)('in the application of the document', { timeout: 120_000 }, () => {
    let browser: Browser
    let script: string
    beforeAll(async () => {
      browser = owned.use(await openBrowser())
      const entry = client.write('application.jsx', application.replaceAll('ws://127.0.0.1:8080/ws', chat.url))
      script = (await bundle(entry)).text
    }, 240_000)

    /** Opens the application in a page of its own. */
    const opened = async (code = script) => {
      const sockets: string[] = []
      let page: Page | undefined
      const { lines, close } = await runInBrowser(
        browser,
        new URL(chat.url.replace(/^ws/, 'http')).origin,
        code,
        async (given) => {
          page = given
          given.on('websocket', (socket) => sockets.push(socket.url()))
        },
      )
      if (page === undefined) throw new Error('there is no page')
      const here = page
      const texts = (): Promise<string[]> => here.locator('li').allTextContents()
      return {
        page: here,
        lines,
        sockets,
        shows: (expected: readonly string[]) =>
          until(
            `the messages ${expected.join(', ')}`,
            async () => JSON.stringify(await texts()) === JSON.stringify(expected),
            longWait,
          ),
        close,
      }
    }

    it('start a chat, send, and show history and new messages once and in order, on one connection under StrictMode', async () => {
      const first = await opened()
      await first.page.getByRole('button', { name: 'Start a chat' }).click()
      const input = first.page.getByLabel('Message')
      for (const text of ['one', 'two']) {
        await input.fill(text)
        await input.press('Enter')
      }
      await first.shows(['one', 'two'])
      const second = await opened()
      await second.shows(['one', 'two'])
      await input.fill('three')
      await input.press('Enter')
      for (const app of [first, second]) {
        await app.shows(['one', 'two', 'three'])
        expect([app.sockets.length, app.lines]).toEqual([1, []])
        await app.close()
      }
    })

    it('show a room without replies, and one thread, each message as it is now', async () => {
      const entry = client.write('thread.jsx', threadApplication.replaceAll('ws://127.0.0.1:8080/ws', chat.url))
      const { page, shows, close, lines } = await opened((await bundle(entry)).text)
      const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()
      await press('Start')
      await press('Send')
      await shows(['root 0 0'])
      await press('Reply')
      await shows(['root 1 0', 'reply'])
      await press('Edit')
      await shows(['better 1 0', 'reply'])
      await press('React')
      await shows(['better 1 1', 'reply'])
      await press('Delete the reply')
      await shows(['better 0 1', 'deleted reply'])
      expect(lines).toEqual([])
      await close()
    })

    it('load older messages', async () => {
      const { page, shows, close } = await opened()
      await shows(['one', 'two', 'three'])
      const input = page.getByLabel('Message')
      const more = Array.from({ length: 20 }, (_, n) => `message ${n}`)
      for (const text of more) {
        await input.fill(text)
        await input.press('Enter')
      }
      await shows(['one', 'two', 'three', ...more])
      await close()
      const again = await opened()
      await again.shows(more)
      await again.page.getByRole('button', { name: 'Older messages' }).click()
      await again.shows(['one', 'two', 'three', ...more])
      await again.close()
    })
  })
})
