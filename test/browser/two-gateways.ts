import type { Browser, BrowserContextOptions } from 'playwright-core'
import { buildPage } from '../../services/web/build.ts'
import { openBrowser } from '../support/browser/browser.ts'
import { sharedStack } from '../support/stack/shared-stack.ts'
import { startChat } from '../support/stack/start-chat.ts'
import type { Person, Window } from './window.ts'
import { openWindow } from './window.ts'

/** A service with the page on two gateways, at the newest feature level, and a browser. */
export interface TwoGateways extends AsyncDisposable {
  readonly browser: Browser
  /** Opens the page of one gateway, and signs in. */
  open(gateway: 0 | 1, person: Person, options?: BrowserContextOptions): Promise<Window>
}

export const startTwoGateways = async (): Promise<TwoGateways> => {
  await using started = new AsyncDisposableStack()
  // Before the gateways start: each would build the page.
  await buildPage(() => undefined)
  const env = { WEB_PAGE: 'on', TOPIC_RELEASE_MS: '1000' }
  const chat = started.use(await startChat(sharedStack(), { gateways: 0, writers: 1, env }))
  await chat.admin('level', '--raise')
  // Each gateway reads the level when it starts.
  await Promise.all([chat.addGateway(), chat.addGateway()])
  const browser = started.use(await openBrowser())
  const owned = started.move()
  return {
    browser,
    open: (gateway, person, options) => openWindow(browser, chat.gateways[gateway]?.url ?? '', person, options),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
