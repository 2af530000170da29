import { describe, expect, it } from 'vitest'
import type { Environment, Replica } from '../support/stack/replica.ts'
import { startService } from '../support/stack/replica.ts'

const entry = 'test/stack/fixtures/small-service.ts'

const start = (env: Environment = {}, readyWithinMs = 10_000): Promise<Replica> =>
  startService('small', { entry, env, readyWithinMs })

/** The environment of the fixture, which it answers on its public port. */
const ask = async (replica: Replica): Promise<Record<string, string>> => {
  const url = new URL(replica.url)
  const answer = await fetch(`http://${url.host}`, { signal: AbortSignal.timeout(300) })
  return (await answer.json()) as Record<string, string>
}

describe('startService', () => {
  it('starts a service that answers, and returns its log', async () => {
    await using replica = await start()
    await ask(replica)
    const [line = ''] = replica.log()
    expect(JSON.parse(line)).toMatchObject({ msg: 'listening' })
    expect(replica.pid).toBeGreaterThan(1)
  })

  it('passes the given variables only, and not the environment of the test', async () => {
    process.env.SECRET_OF_THE_PARENT = 'yes'
    await using replica = await start({ COLOUR: 'blue' })
    delete process.env.SECRET_OF_THE_PARENT
    const environment = await ask(replica)
    expect(environment.COLOUR).toBe('blue')
    expect(environment).not.toHaveProperty('SECRET_OF_THE_PARENT')
  })

  it('reports the exit code of a graceful stop', async () => {
    await using replica = await start()
    const { exited } = replica
    expect(await replica.stop()).toBe(7)
    expect(await exited).toBe(7)
    expect(replica.pid).toBe(undefined)
    expect(replica.log().at(-1)).toContain('draining')
  })

  it('is gone after a kill, and restarts on the same ports', async () => {
    await using replica = await start()
    const { url } = replica
    await replica.kill()
    expect(await replica.exited).toBe(null)
    await expect(ask(replica)).rejects.toThrow()
    await replica.start()
    expect(replica.url).toBe(url)
    await ask(replica)
  })

  it('does not answer while it is paused, and continues afterwards', async () => {
    await using replica = await start()
    const { pid } = replica
    await replica.pause()
    await expect(ask(replica)).rejects.toThrow(/timeout/i)
    await replica.resume()
    await ask(replica)
    expect(replica.pid).toBe(pid)
  })

  it('can be stopped and killed while paused', async () => {
    await using replica = await start()
    await replica.pause()
    expect(await replica.stop()).toBe(7)
    await replica.start()
    await replica.pause()
    await replica.kill()
    expect(replica.pid).toBe(undefined)
  })

  it('fails with the log of a service that crashes', async () => {
    await expect(start({ READY: 'crash' })).rejects.toThrow(/small ended.*told to crash/s)
  })

  it('fails if a service does not become ready, and ends it', async () => {
    await expect(start({ READY: 'no' }, 800)).rejects.toThrow(/small does not answer/)
  })

  it('detects that another process answers on its port', async () => {
    await using holder = await start()
    const { port } = new URL(holder.internalUrl)
    await expect(start({ INTERNAL_PORT: port })).rejects.toThrow(/EADDRINUSE/)
  })
})
