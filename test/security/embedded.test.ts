import { afterAll, beforeAll, describe } from 'vitest'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { apiSuite } from './api.suite.ts'
import { authorisationSuite } from './authorisation.suite.ts'
import { deadlinesSuite } from './deadlines.suite.ts'
import { floodsSuite } from './floods.suite.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { guardedEnv, patientEnv } from './guarded-chat.ts'
import { hostileInputSuite } from './hostile-input.suite.ts'
import { rolesSuite } from './roles.suite.ts'
import { secretsSuite } from './secrets.suite.ts'
import { upgradeSuite } from './upgrade.suite.ts'

describe('The embedded chat with authentication and limits', () => {
  let chat: EmbeddedChat
  beforeAll(async () => {
    chat = await startEmbedded(guardedEnv)
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  const open = (): GuardedChat => ({
    urls: [chat.url],
    internalUrls: [chat.internalUrl],
    pids: () => (chat.pid === undefined ? [] : [chat.pid]),
    log: () => chat.log(100_000),
  })
  upgradeSuite(open)
  apiSuite(open)
  hostileInputSuite(open)
  deadlinesSuite(open)
  floodsSuite(open)
  secretsSuite(open)
})

describe('The embedded chat with authentication, for every request of every sender', () => {
  let chat: EmbeddedChat
  beforeAll(async () => {
    chat = await startEmbedded(patientEnv)
  })
  afterAll(() => chat[Symbol.asyncDispose]())
  const open = (): GuardedChat => ({
    urls: [chat.url],
    internalUrls: [chat.internalUrl],
    pids: () => [],
    log: () => chat.log(100_000),
  })
  authorisationSuite(open)
  rolesSuite(open)
})
