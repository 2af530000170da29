import { afterAll, beforeAll, describe } from 'vitest'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { clientJourneys } from './client-journeys.suite.ts'
import { journeys } from './journeys.suite.ts'

describe('The embedded chat', () => {
  let chat: EmbeddedChat
  beforeAll(async () => {
    chat = await startEmbedded()
  })
  afterAll(() => chat[Symbol.asyncDispose]())
  journeys(() => ({ urls: [chat.url] }))
  clientJourneys(() => ({ urls: [chat.url] }))
})
