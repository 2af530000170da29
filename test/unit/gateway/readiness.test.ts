import { describe, expect, it } from 'vitest'
import { openSocket } from '../../support/client/chat-socket.ts'
import { until } from '../../support/poll.ts'
import { startSmallChat } from '../small-chat.ts'

const quick = { DRAIN_OVERLAP_MS: '1', DRAIN_WINDOW_MS: '1' }

describe('A gateway', () => {
  it('stays ready while its commands wait for outcomes, because another gateway would not help', async () => {
    const never = new Promise<never>(() => undefined)
    await using chat = await startSmallChat(
      { ...quick, PENDING_PER_GATEWAY: '2', COMMAND_DEADLINE_MS: '1000' },
      { gatewayLog: (log) => ({ ...log, publish: () => never }) },
    )
    await using owned = new AsyncDisposableStack()
    for (const externalUserId of ['ann', 'bob']) {
      const socket = owned.use(await openSocket(chat.url))
      socket.sendText(JSON.stringify({ event: 'create-user', id: '1', body: { user: { externalUserId } } }))
    }
    await until('two pending commands', () => chat.readiness().details?.pendingCommands === 2)
    expect(chat.readiness().state).toBe('ready')
  })

  it('is overloaded while it has the maximum of sockets, and ready again when one closes', async () => {
    await using chat = await startSmallChat({ ...quick, SESSIONS_PER_GATEWAY: '2' })
    expect(chat.readiness().state).toBe('ready')
    await using _first = await openSocket(chat.url)
    const second = await openSocket(chat.url)
    expect(chat.readiness()).toMatchObject({ state: 'overloaded', details: { sockets: 2 } })
    await second[Symbol.asyncDispose]()
    await until('a free place', () => chat.readiness().state === 'ready')
  })
})
