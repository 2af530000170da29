import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { identitiesFromFile } from '../../load/tester/identities.ts'
import { checkWritable, probeTargets } from '../../load/tester/preflight.ts'

const listening = async (): Promise<{ readonly url: string; readonly server: WebSocketServer }> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  return { server, url: `ws://127.0.0.1:${(server.address() as { readonly port: number }).port}/ws` }
}

describe('The check before a load test', () => {
  it('names a gateway that accepts no socket, with its answer', async () => {
    const { server, url } = await listening()
    await probeTargets([url])
    for (const client of server.clients) client.terminate()
    await new Promise((resolve) => server.close(resolve))
    await expect(probeTargets([url])).rejects.toThrow(`--url: no socket at ${url}: connect ECONNREFUSED`)
  })

  it('names a file that cannot be written or read, with its option', () => {
    const folder = mkdtempSync(join(tmpdir(), 'preflight-'))
    const nowhere = join(folder, 'missing', 'report.html')
    expect(() => checkWritable('--html', nowhere)).toThrow(`--html: cannot write ${nowhere}: ENOENT`)
    expect(() => identitiesFromFile(nowhere, 1)).toThrow(`--tokens: cannot read ${nowhere}: ENOENT`)
    rmSync(folder, { recursive: true })
  })

  it('leaves a writable file unchanged', () => {
    const folder = mkdtempSync(join(tmpdir(), 'preflight-'))
    const [old, fresh] = [join(folder, 'old.html'), join(folder, 'fresh.html')]
    writeFileSync(old, 'as it was')
    for (const file of [old, fresh, undefined]) checkWritable('--html', file)
    expect(readFileSync(old, 'utf8')).toBe('as it was')
    expect(existsSync(fresh)).toBe(false)
    rmSync(folder, { recursive: true })
  })
})
