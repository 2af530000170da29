import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildLoadImage } from '../../infra/docker/load/load-image.ts'
import { pinnedImages } from '../../infra/docker/pinned-images.ts'
import { runCommand } from '../../infra/native/run-command.ts'
import { until } from '../support/poll.ts'
import { noContainersReason } from './provided-containers.ts'

const docker = (...args: string[]): Promise<string> => runCommand('docker', args)

describe.skipIf(noContainersReason())('The image of the load tester', () => {
  const chat = `chat-for-load-${randomUUID()}`
  const folder = mkdtempSync(join(tmpdir(), 'load-image-'))
  let image: string

  beforeAll(async () => {
    image = await buildLoadImage(() => {})
    await docker('run', '--detach', '--name', chat, '--env', 'AUTH_ALLOW_OFF=true', pinnedImages().chat, 'embedded')
    const health = () => docker('inspect', '--format', '{{.State.Health.Status}}', chat)
    await until('the container to be healthy', async () => (await health()).trim() === 'healthy', { withinMs: 60_000 })
  }, 240_000)
  afterAll(async () => {
    await docker('rm', '--force', '--volumes', chat)
    rmSync(folder, { recursive: true, force: true })
  })

  it('runs a checked load and writes its report into a mounted folder, without rights', async () => {
    const user = `${process.getuid?.() ?? 0}`
    const hardened = [
      '--read-only',
      '--tmpfs',
      '/tmp',
      '--cap-drop',
      'ALL',
      '--security-opt',
      'no-new-privileges',
      '--user',
      user,
    ]
    // Without authentication a gateway accepts only loopback names, so the tester shares its network.
    const place = ['--network', `container:${chat}`, '--volume', `${folder}:/reports`]
    const load = ['--url', 'ws://127.0.0.1:8080/ws', '--users', '10', '--rooms', '3', '--rate', '20', '--duration', '2s']
    const output = await docker('run', '--rm', ...hardened, ...place, image, ...load)
    expect(output).toContain('lost 0, duplicated 0, reordered 0, gaps 0')
    expect(readFileSync(join(folder, 'load-report.html'), 'utf8')).toContain('Nothing lost, duplicated or reordered')
  }, 60_000)

  it('does not run as root, and has no shell', async () => {
    expect((await docker('inspect', '--format', '{{.Config.User}}', image)).trim()).toBe('65532:65532')
    await expect(docker('run', '--rm', '--entrypoint', '/bin/sh', image, '-c', 'true')).rejects.toThrow()
  })
})
