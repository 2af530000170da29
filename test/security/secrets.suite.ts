import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openSocket } from '../support/client/chat-socket.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { rawUpgrade } from '../support/client/raw-socket.ts'
import { testSecret } from '../support/issuer.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asUser, fromElsewhere } from './guarded-chat.ts'

/** Must be the last suite of a chat: it reads the logs of all suites before it. */
export const secretsSuite = (open: () => GuardedChat): void => {
  const canary = `canary-${randomUUID()}`

  const metricsOf = async (internalUrl: string): Promise<string> => (await fetch(`${internalUrl}/metrics`)).text()

  describe('a secret', () => {
    it('of a token, a message, a name or the configuration appears in no log, metric or error', async () => {
      const { urls, internalUrls, log } = open()
      const name = freshName(canary)
      const headers = { ...(await asUser(name)), ...fromElsewhere() }
      const token = headers.Authorization?.slice(7) ?? ''
      await using ann = await personOn(urls[0], name, undefined, headers)
      const { room } = await ann.createChat(canary, [])
      await ann.say(room, canary)
      for (const text of [
        canary,
        `{"event":"${canary}","body":{}}`,
        `{"event":"new-message","room":"${room}","body":{"msg":"${canary}\\u0000","type":"text"}}`,
        `{"event":"refresh","id":"r","body":{"token":"${token}${canary}"}}`,
      ])
        ann.socket.sendText(text)
      await ann.socket.closed
      await using _refused = await rawUpgrade(`${urls[0]}?token=${canary}`, {
        ...fromElsewhere(),
        Authorization: `Bearer ${canary}`,
      })
      await using bob = await openSocket(urls.at(-1) ?? urls[0], { ...(await asUser(freshName('bob'))), ...fromElsewhere() })
      await bob.request('create-user', {})
      const written = [...log(), ...(await Promise.all(internalUrls.map(metricsOf)))].join('\n')
      expect(written.length).toBeGreaterThan(1_000)
      for (const secret of [canary, token.split('.')[1] ?? '', token.split('.')[2] ?? '', testSecret]) {
        expect(written.includes(secret)).toBe(false)
      }
      const errors = ann.socket.frames.filter(({ error }) => error !== undefined)
      expect(errors.length).toBeGreaterThan(0)
      for (const { error } of errors) expect(JSON.stringify(error)).not.toContain(canary)
    })
  })

  describe('the processes', () => {
    it('have logged no unexpected error', () => {
      // The forged records of these tests are moved to the dead-letter topic.
      const errors = open()
        .log()
        .filter((line) => /"level":"(fatal|error)"/.test(line) && !line.includes('"record moved to the dead-letter topic"'))
      expect(errors).toEqual([])
    })
  })
}
