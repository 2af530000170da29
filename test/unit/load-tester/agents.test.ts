import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { runAgent } from '../../load/machines/agent.ts'
import { agentProtocol, encode } from '../../load/machines/agent-messages.ts'
import type { ClockReading } from '../../load/machines/clock-offset.ts'
import { clockOffset, offsetOfRun } from '../../load/machines/clock-offset.ts'
import { startCoordinator } from '../../load/machines/coordinator.ts'
import { parseEndpoint } from '../../load/machines/endpoint.ts'

const folder = mkdtempSync(join(tmpdir(), 'load-agents-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const key = 'the key of this run'

const coordinator = (count = 1) =>
  startCoordinator({ listenOn: { host: '127.0.0.1', port: 0 }, count, key, folder, onJoined: () => {} })

describe('The offset of a clock', () => {
  /** A reading over a way that takes these times, of a clock that is 5,000 ms ahead. */
  const reading = (thereMs: number, backMs: number): ClockReading => ({
    askedAtMs: 100,
    answeredAtMs: 100 + thereMs + backMs,
    otherMs: 100 + thereMs + 5_000,
  })

  it('is that of the quickest answer, because its error is the smallest', () => {
    expect(clockOffset([reading(40, 2), reading(1, 1), reading(3, 9)])).toEqual({ offsetMs: 5_000, errorMs: 1 })
  })

  it.each([
    [0, 10],
    [10, 0],
    [7, 3],
  ])('is within its error, also if one way is slower: %s ms and %s ms', (thereMs, backMs) => {
    const { offsetMs, errorMs } = clockOffset([reading(thereMs, backMs)])
    expect(Math.abs(offsetMs - 5_000)).toBeLessThanOrEqual(errorMs)
    expect(errorMs).toBe(5)
  })

  it('of a run includes the drift until its end in the error', () => {
    const offset = offsetOfRun({ offsetMs: 5_000, errorMs: 1 }, { offsetMs: 5_003, errorMs: 0.5 })
    expect(offset).toEqual({ offsetMs: 5_000, errorMs: 4 })
  })
})

describe('A coordinator', () => {
  it('refuses an agent with another key', async () => {
    await using run = await coordinator()
    const url = `ws://127.0.0.1:${run.port}`
    const joining = runAgent({ url, key: 'another key', workers: 1, isOwner: false }, () => {})
    await expect(joining).rejects.toThrow(`--agent: cannot join ${url}: the key is wrong`)
  })

  it('refuses an agent of another version', async () => {
    await using run = await coordinator()
    const socket = new WebSocket(`ws://127.0.0.1:${run.port}`, { headers: { authorization: `Bearer ${key}` } })
    const closed = new Promise<string>((resolve) => socket.once('close', (_, reason) => resolve(String(reason))))
    socket.once('open', () =>
      socket.send(encode({ hello: { protocol: agentProtocol + 1, machine: 'm', name: 'n', workers: 1 } })),
    )
    expect(await closed).toBe('the versions of coordinator and agent differ')
  })

  it('reports an agent that is gone before the run', async () => {
    await using run = await coordinator(2)
    const socket = new WebSocket(`ws://127.0.0.1:${run.port}`, { headers: { authorization: `Bearer ${key}` } })
    socket.once('open', () => {
      socket.send(encode({ hello: { protocol: agentProtocol, machine: 'm', name: 'north', workers: 1 } }))
      socket.close()
    })
    await expect(run.joined).rejects.toThrow('the agent on north is gone')
  })
})

describe('The address for agents', () => {
  it('is a host and a port', () => {
    expect(parseEndpoint('--agent-listen', '0.0.0.0:7100')).toEqual({ host: '0.0.0.0', port: 7_100 })
    expect(parseEndpoint('--agent-listen', '[::1]:7100')).toEqual({ host: '::1', port: 7_100 })
    for (const text of ['7100', 'host:', 'host:70000', '::1:80'])
      expect(() => parseEndpoint('--agent-listen', text)).toThrow(`--agent-listen: "${text}" is not an address`)
  })
})
