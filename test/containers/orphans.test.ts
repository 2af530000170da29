import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { probeRedis } from '../../infra/native/probe-redis.ts'
import { runCommand } from '../../infra/native/run-command.ts'
import { removeOrphans } from '../testing/containers/reaper.ts'
import { noContainersReason } from './provided-containers.ts'

describe.skipIf(noContainersReason())('Containers of a killed process', () => {
  it('are removed, and those of a live process are not', async () => {
    const careless = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/careless.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(careless.stdout, 'data')
    const left = JSON.parse(String(line)) as { readonly network: string; readonly port: string }
    await removeOrphans()
    await probeRedis(Number(left.port))
    careless.kill('SIGKILL')
    await once(careless, 'exit')
    await probeRedis(Number(left.port))
    await removeOrphans()
    await expect(probeRedis(Number(left.port))).rejects.toThrow()
    expect(await runCommand('docker', ['network', 'ls', '--format', '{{.Name}}'])).not.toContain(left.network)
  }, 120_000)
})
