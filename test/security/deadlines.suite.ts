import { setTimeout as sleep } from 'node:timers/promises'
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
  /** The number of open sockets by the gateway's own count. */
  const sessions = async (): Promise<number> => {
    const metrics = await (await fetch(`${open().internalUrls[0]}/metrics`)).text()
    return Number(/^chat_sessions (\d+)$/m.exec(metrics)?.[1])
  }

  describe.concurrent('an idle connection', () => {
    it('is closed if it sends nothing', async () => {
      await using socket = await rawSocket(url())
      await socket.closed
    })

    it('gets an error and is closed if its headers never end', async () => {
      await using socket = await rawSocket(url())
      socket.write(upgradeHead(url()).slice(0, 60))
      expect(await socket.status()).toBe(408)
      await socket.closed
    })

    it('is closed with 4004 if it is upgraded and sends no create-user', async () => {
      await using socket = await rawGuest(url())
      expect(await socket.closeCode()).toBe(4004)
    })

    it('is closed with 4004 if it sends other requests and no create-user', async () => {
      await using socket = await openSocket(url(), { ...(await asUser(freshName('shy'))), ...fromElsewhere() })
      let isClosed = false
      const closed = socket.closed.then(({ code }) => {
        isClosed = true
        return code
      })
      while (!isClosed) {
        socket.sendText('{"event":"ping","id":"p","body":{}}')
        await sleep(250)
      }
      expect(await closed).toBe(4004)
    })

    it('is closed with 4005 if a frame stays incomplete', async () => {
      await using socket = await rawGuest(url())
      socket.write(createUser)
      socket.write(clientFrame('x'.repeat(1_000)).subarray(0, 500))
      expect(await socket.closeCode()).toBe(4005)
    })

    it('is closed with 4005 if its frame arrives byte by byte', async () => {
      await using socket = await rawGuest(url())
      socket.write(createUser)
      for (const byte of clientFrame('x'.repeat(1_000))) {
        if (socket.isClosed) break
        socket.write(Buffer.from([byte]))
        await sleep(20)
      }
      expect(await socket.closeCode()).toBe(4005)
    })

    it('is closed with 4005 if a fragmented message stays incomplete, in spite of pings', async () => {
      await using socket = await rawGuest(url())
      socket.write(createUser)
      socket.write(clientFrame('{"event":', { fin: false }))
      while (!socket.isClosed && !socket.frames().some(({ opcode }) => opcode === 8)) {
        socket.write(clientFrame('', { opcode: 9 }))
        await sleep(600)
      }
      expect(await socket.closeCode()).toBe(4005)
    })

    it('is closed with 4001 if it answers no ping', async () => {
      await using socket = await rawGuest(url())
      socket.write(createUser)
      expect(await socket.closeCode()).toBe(4001)
    })

    it('stays open if it is the connection of a service without a user', async () => {
      await using service = await openSocket(url(), { ...(await asService()), ...fromElsewhere() })
      await using shy = await rawGuest(url())
      expect(await shy.closeCode()).toBe(4004)
      expect((await service.request('ping', {})).body).toHaveProperty('now')
    })
  })

  describe('a socket that never reads', () => {
    it('uses a bounded queue and is closed, while other sockets get their answers', async () => {
      const name = freshName('full')
      await using ann = await personOn(url(), name, undefined, { ...(await asUser(name)), ...fromElsewhere() })
      const { room } = await ann.createChat('long', [])
      for (let sent = 0; sent < 60; sent += 1) await ann.say(room, 'x'.repeat(16_000))
      await until('one socket to be left', async () => (await sessions()) === 1, { withinMs: 30_000 })
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
      // By the count of the gateway: a client that does not read does not notice the close, least of all through a container's proxy.
      expect(await sessions()).toBe(2)
      await until('the close of the socket that does not read', async () => (await sessions()) === 1, {
        withinMs: 30_000,
        everyMs: 200,
      })
      expect(residentBytes(open().pids()) - before).toBeLessThan(200 * 1_024 * 1_024)
    })
  })
}
