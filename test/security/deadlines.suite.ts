import { describe, expect, it } from 'vitest'
import { openSocket } from '../support/client/chat-socket.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { clientFrame, rawSocket, upgradeHead } from '../support/client/raw-socket.ts'
import { until } from '../support/poll.ts'
import { rawGuest, residentBytes } from './floods.ts'
import type { GuardedChat } from './guarded-chat.ts'
import { asService, asUser, fromElsewhere } from './guarded-chat.ts'

const createUser = clientFrame('{"event":"create-user","id":"b","body":{}}')

export const deadlinesSuite = (open: () => GuardedChat): void => {
  const url = (): string => open().urls[0]
  /** Open sockets of that gateway, as it counts them. */
  const sessions = async (): Promise<number> => {
    const metrics = await (await fetch(`${open().internalUrls[0]}/metrics`)).text()
    return Number(/^chat_sessions (\d+)$/m.exec(metrics)?.[1])
  }

  describe('who keeps a connection and does nothing with it', () => {
    it('says nothing at all: closed', async () => {
      await using socket = await rawSocket(url())
      await socket.closed
    })

    it('never ends its headers: told so, and closed', async () => {
      await using socket = await rawSocket(url())
      socket.write(upgradeHead(url()).slice(0, 60))
      expect(await socket.status()).toBe(408)
      await socket.closed
    })

    it('is upgraded and names no user: closed (4004)', async () => {
      await using socket = await rawGuest(url())
      expect(await socket.closeCode()).toBe(4004)
    })

    it('talks of other things and names no user: closed (4004)', async () => {
      await using socket = await openSocket(url(), { ...(await asUser(freshName('shy'))), ...fromElsewhere() })
      let isClosed = false
      const closed = socket.closed.then(({ code }) => {
        isClosed = true
        return code
      })
      while (!isClosed) {
        socket.sendText('{"event":"ping","id":"p","body":{}}')
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
      expect(await closed).toBe(4004)
    })

    it('begins a frame and does not end it: closed (4005)', async () => {
      await using socket = await rawGuest(url())
      socket.write(createUser)
      socket.write(clientFrame('x'.repeat(1_000)).subarray(0, 500))
      expect(await socket.closeCode()).toBe(4005)
    })

    it('ends its frame byte by byte: closed (4005)', async () => {
      await using socket = await rawGuest(url())
      socket.write(createUser)
      for (const byte of clientFrame('x'.repeat(1_000))) {
        if (socket.isClosed) break
        socket.write(Buffer.from([byte]))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expect(await socket.closeCode()).toBe(4005)
    })

    it('leaves a fragment open and pings in between: closed (4005)', async () => {
      await using socket = await rawGuest(url())
      socket.write(createUser)
      socket.write(clientFrame('{"event":', { fin: false }))
      while (!socket.isClosed && !socket.frames().some(({ opcode }) => opcode === 8)) {
        socket.write(clientFrame('', { opcode: 9 }))
        await new Promise((resolve) => setTimeout(resolve, 600))
      }
      expect(await socket.closeCode()).toBe(4005)
    })

    it('answers no ping: closed (4001)', async () => {
      await using socket = await rawGuest(url())
      socket.write(createUser)
      expect(await socket.closeCode()).toBe(4001)
    })

    it('is a service and needs no user: stays', async () => {
      await using service = await openSocket(url(), { ...(await asService()), ...fromElsewhere() })
      await using shy = await rawGuest(url())
      expect(await shy.closeCode()).toBe(4004)
      expect((await service.request('ping', {})).body).toHaveProperty('now')
    })
  })

  describe('who never reads', () => {
    it('costs a bounded queue, is closed, and its neighbours are answered all the while', async () => {
      const name = freshName('full')
      await using ann = await personOn(url(), name, undefined, { ...(await asUser(name)), ...fromElsewhere() })
      const { room } = await ann.createChat('long', [])
      for (let sent = 0; sent < 60; sent += 1) await ann.say(room, 'x'.repeat(16_000))
      await until('ann to be alone', async () => (await sessions()) === 1, { withinMs: 30_000 })
      await using deaf = await rawGuest(url(), await asUser(name))
      deaf.write(createUser)
      deaf.pause()
      const before = residentBytes(open().pids())
      const ask = clientFrame(
        JSON.stringify({ event: 'list-messages', id: 'l', body: { chat: { id: room }, query: { limit: 60 } } }),
      )
      for (let asked = 0; asked < 100; asked += 1) {
        deaf.write(ask)
        await ann.socket.request('ping', {})
      }
      // The gateway says so: who does not read hears of no end, least of all through a container's proxy.
      expect(await sessions()).toBe(2)
      await until('the end of the deaf socket', async () => (await sessions()) === 1, { withinMs: 30_000, everyMs: 200 })
      expect(residentBytes(open().pids()) - before).toBeLessThan(200 * 1_024 * 1_024)
    })
  })
}
