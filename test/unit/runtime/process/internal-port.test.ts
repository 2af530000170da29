import { connect } from 'node:net'
import { Registry } from 'prom-client'
import { afterEach, describe, expect, it } from 'vitest'
import { StartError } from '../../../../shared/runtime/config/start-error.ts'
import { createMetrics } from '../../../../shared/runtime/observability/metrics.ts'
import type { InternalPort, ReadyState } from '../../../../shared/runtime/process/internal-port.ts'
import { createInternalPort } from '../../../../shared/runtime/process/internal-port.ts'

let current: InternalPort | undefined

const start = async (state: () => ReadyState, registry = new Registry()): Promise<{ url: string; port: number }> => {
  current = createInternalPort({
    host: '127.0.0.1',
    port: 0,
    registry,
    readiness: () => ({ state: state(), details: { sessions: 2 } }),
    startupMs: 200,
  })
  const { port } = await current.start()
  return { url: `http://127.0.0.1:${port}`, port }
}

afterEach(() => current?.stop())

describe('the internal port', () => {
  it.each([
    ['starting', 200, 503, 503],
    ['ready', 200, 200, 200],
    ['draining', 200, 200, 503],
    ['overloaded', 200, 200, 503],
  ] as const)('answers the probes while %s', async (state, live, startup, ready) => {
    const { url } = await start(() => state)
    const statuses = await Promise.all(
      ['livez', 'startupz', 'readyz'].map(async (path) => (await fetch(`${url}/${path}`)).status),
    )
    expect(statuses).toEqual([live, startup, ready])
  })

  it('answers /startupz when the process has started, without an error before', async () => {
    let state: ReadyState = 'starting'
    const { url } = await start(() => state)
    const answer = fetch(`${url}/startupz`)
    await fetch(`${url}/livez`)
    state = 'ready'
    expect((await answer).status).toBe(200)
  })

  it('returns the details of the readiness', async () => {
    const { url } = await start(() => 'draining')
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ state: 'draining', sessions: 2 })
  })

  it('returns the metrics in the format of Prometheus', async () => {
    const { registry } = createMetrics()
    const { url } = await start(() => 'ready', registry)
    const response = await fetch(`${url}/metrics?x=1`)
    expect(response.headers.get('content-type')).toContain('text/plain')
    expect(await response.text()).toContain('chat_sessions 0')
  })

  it.each(['/', '/livez/', '/metrics/x', '/__proto__', '/constructor', '/ws'])('answers 404 for %s', async (path) => {
    const { url } = await start(() => 'ready')
    expect((await fetch(url + path)).status).toBe(404)
  })

  it('answers 404 to other methods than GET and HEAD', async () => {
    const { url } = await start(() => 'ready')
    expect((await fetch(`${url}/livez`, { method: 'POST' })).status).toBe(404)
    expect((await fetch(`${url}/livez`, { method: 'HEAD' })).status).toBe(200)
  })

  it('answers 500 when readiness throws, and keeps serving', async () => {
    const { url } = await start(() => {
      throw new Error('host name')
    })
    const response = await fetch(`${url}/readyz`)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('host name')
    expect((await fetch(`${url}/livez`)).status).toBe(200)
  })

  it('rejects with one sentence that names the taken port and its variable', async () => {
    const { port } = await start(() => 'ready')
    const second = createInternalPort({
      host: '127.0.0.1',
      port,
      registry: new Registry(),
      readiness: () => ({ state: 'ready' }),
    })
    await expect(second.start()).rejects.toThrow(new StartError(`INTERNAL_PORT: 127.0.0.1:${port}: address already in use`))
    await second.stop()
  })

  it('stops at once despite an idle connection', async () => {
    const { port } = await start(() => 'ready')
    const socket = connect(port, '127.0.0.1')
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => {})
    await Promise.all([current?.stop(), current?.stop(), closed])
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow('fetch failed')
  })
})
