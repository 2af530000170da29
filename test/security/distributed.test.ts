import { afterAll, beforeAll, describe } from 'vitest'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { apiSuite } from './api.suite.ts'
import { authorisationSuite } from './authorisation.suite.ts'
import { deadlinesSuite } from './deadlines.suite.ts'
import { floodsSuite } from './floods.suite.ts'
import { forgeriesSuite } from './forgeries.suite.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { guardedEnv, patientEnv } from './guarded-chat.ts'
import { hostileInputSuite } from './hostile-input.suite.ts'
import { rolesSuite } from './roles.suite.ts'
import { secretsSuite } from './secrets.suite.ts'
import { upgradeSuite } from './upgrade.suite.ts'

describe.skipIf(noStackReason())('The distributed chat with authentication and limits, on two gateways', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 2, writers: 1, env: guardedEnv })
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  const open = (): GuardedChat => ({
    urls: chat.gateways.map(({ url }) => url) as [string, string],
    internalUrls: chat.gateways.map(({ internalUrl }) => internalUrl) as [string, string],
    pids: () => chat.gateways.flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    log: () => [...chat.gateways, ...chat.writers].flatMap((replica) => replica.log(100_000)),
  })
  upgradeSuite(open)
  apiSuite(open)
  hostileInputSuite(open)
  deadlinesSuite(open)
  floodsSuite(open)
  forgeriesSuite(open, () => ({ ...sharedStack().urls(), namespace: chat.namespace }))
  secretsSuite(open)
})

describe.skipIf(noStackReason())('The distributed chat with authentication, for every request of every sender', () => {
  let chat: Chat
  beforeAll(async () => {
    chat = await startChat(sharedStack(), { gateways: 2, writers: 1, env: patientEnv })
  })
  afterAll(() => chat[Symbol.asyncDispose]())
  const open = (): GuardedChat => ({
    urls: chat.gateways.map(({ url }) => url) as [string, string],
    internalUrls: chat.gateways.map(({ internalUrl }) => internalUrl) as [string, string],
    pids: () => [],
    log: () => chat.gateways.flatMap((replica) => replica.log(100_000)),
  })
  authorisationSuite(open)
  rolesSuite(open)
})
