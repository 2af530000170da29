import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestExamples } from '../../../shared/protocol/examples.ts'
import { openSocket } from '../../support/client/chat-socket.ts'
import type { RawSocket } from '../../support/client/raw-socket.ts'
import { clientFrame, rawUpgrade } from '../../support/client/raw-socket.ts'
import { until } from '../../support/poll.ts'
import type { SmallChat } from '../small-chat.ts'
import { startSmallChat } from '../small-chat.ts'
import { fuzzRuns, mutated } from './alterations.ts'

const numRuns = fuzzRuns(1_000)
const perSocket = 50
const long = { timeout: 3_600_000 }

/** A fixed mask, so that a seed determines the whole run. */
const mask = Buffer.from([0x12, 0x34, 0x56, 0x78])

const frames = fc.constantFrom(
  ...Object.values(requestExamples).map((request) => clientFrame(JSON.stringify(request), { mask })),
  clientFrame('', { opcode: 9, mask }),
  clientFrame('x', { opcode: 10, mask }),
  Buffer.concat([clientFrame('{"event":"ping",', { fin: false, mask }), clientFrame('"body":{}}', { opcode: 0, mask })]),
)

describe('A gateway that receives frames with changed bytes', () => {
  let chat: SmallChat
  beforeAll(async () => {
    chat = await startSmallChat({ DRAIN_WINDOW_MS: '1', DRAIN_OVERLAP_MS: '1' })
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  /** Sends until the gateway closes the socket. */
  const sendAll = async (socket: RawSocket, some: readonly Buffer[]): Promise<void> => {
    expect(await socket.status()).toBe(101)
    for (const frame of some) {
      if (socket.isClosed) return
      socket.write(frame)
      await new Promise(setImmediate)
    }
  }

  it('answers or closes the socket, and keeps running for other sockets', long, async () => {
    const seed = Date.now()
    const all = fc.sample(mutated(frames), { numRuns, seed })
    await using neighbour = await openSocket(chat.url)
    for (let sent = 0; sent < all.length; sent += perSocket) {
      await using socket = await rawUpgrade(chat.url)
      await sendAll(socket, all.slice(sent, sent + perSocket))
      const { body } = await neighbour.request('ping', {})
      expect(body, `seed ${seed}`).toHaveProperty('now')
    }
    await until('all of them to be gone', async () => {
      const { values } = await chat.metrics.sessions.get()
      return values[0]?.value === 1
    })
    const faults = chat.log.filter((line) => /"level":"(error|fatal)"/.test(line))
    expect(faults, `seed ${seed}`).toEqual([])
  })
})
