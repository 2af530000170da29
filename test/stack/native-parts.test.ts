import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort, onFreePorts } from '../../infra/native/free-port.ts'
import { withLock } from '../../infra/native/lock.ts'
import { identify, isGone, isRunning } from '../../infra/native/pid-identity.ts'
import { stopRecorded } from '../../infra/native/stop-recorded.ts'
import { until } from '../support/poll.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'

const run = (fixture: string, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, 'fixtures', fixture), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

const firstLine = async (child: ChildProcess): Promise<string> => {
  const [chunk] = await once(child.stdout ?? child, 'data')
  return String(chunk).trim()
}

describe('A child process', () => {
  it('ends when its parent is killed', async () => {
    const folder = makeScratchFolder('orphan')
    const parent = run('parent.ts', folder)
    const pid = Number(await firstLine(parent))
    expect(isGone(pid)).toBe(false)
    parent.kill('SIGKILL')
    await until('the child to be gone', () => isGone(pid))
    removeScratchFolder(folder)
  })
})

describe('stopRecorded', () => {
  it('ends the recorded process', async () => {
    const child = run('lock-holder.ts', randomUUID())
    const identity = identify(child.pid ?? 0)
    if (!identity) throw new Error('the child has no identity')
    await stopRecorded(identity, 'SIGTERM')
    expect(isRunning(identity)).toBe(false)
  })

  it('does not end another process that got the same pid later', async () => {
    const child = run('lock-holder.ts', randomUUID())
    await firstLine(child)
    await stopRecorded({ pid: child.pid ?? 0, startedAt: 'another boot/1' }, 'SIGKILL')
    expect(isGone(child.pid ?? 0)).toBe(false)
    child.kill('SIGKILL')
  })
})

describe('withLock', () => {
  it('runs one piece of work at a time', async () => {
    const name = randomUUID()
    const order: string[] = []
    const work = (who: string): Promise<void> =>
      withLock(name, async () => {
        order.push(who)
        await new Promise(setImmediate)
        order.push(who)
      })
    await Promise.all([work('a'), work('b'), work('c')])
    expect(order.filter((who, at) => at % 2 === 0 && order[at + 1] === who)).toHaveLength(3)
  })

  it('is free again after its holder is killed', async () => {
    const name = randomUUID()
    const holder = run('lock-holder.ts', name)
    await firstLine(holder)
    let waited = false
    const mine = withLock(
      name,
      async () => 'mine',
      () => {
        waited = true
        holder.kill('SIGKILL')
      },
    )
    expect(await mine).toBe('mine')
    expect(waited).toBe(true)
  })
})

describe('Free ports', () => {
  it('are never returned twice, and are below the ports of outgoing connections', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, freePort))
    expect(new Set(ports).size).toBe(50)
    expect(Math.max(...ports)).toBeLessThan(32_768)
  })

  it('are chosen again only if another process took the port first', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    let tries = 0
    const picked = await onFreePorts(async () => {
      tries += 1
      if (tries < 3) throw new Error('bind: Address already in use')
      return tries
    })
    taken.close()
    expect(picked).toBe(3)
    const failing = onFreePorts(async () => {
      tries += 1
      throw new Error('no such file')
    })
    await expect(failing).rejects.toThrow('no such file')
    expect(tries).toBe(4)
  })
})
