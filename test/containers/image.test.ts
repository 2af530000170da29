import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pinnedImages, projectFolder } from '../../infra/docker/pinned-images.ts'
import { freePort } from '../../infra/native/free-port.ts'
import { runCommand } from '../../infra/native/run-command.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import { noContainersReason } from './provided-containers.ts'

const docker = (...args: string[]): Promise<string> => runCommand('docker', args)
const { chat: image } = pinnedImages()

/** Evaluates code with Node in the running container, because the image has no shell. */
const evaluate = (container: string, code: string): Promise<string> =>
  docker('exec', container, '/usr/local/bin/node', '-p', code).then((output) => output.trim())

/** Newer Docker clients need a plugin to build with BuildKit; the client of the engine's package does not. */
const clientFor = async (buildKit: string): Promise<string> => {
  if (buildKit === '0') return 'docker'
  const hasPlugin = await docker('buildx', 'version').catch(() => undefined)
  return hasPlugin === undefined ? '/usr/bin/docker' : 'docker'
}

describe.skipIf(noContainersReason())('The image', () => {
  const name = `chat-image-${randomUUID()}`
  let url: string
  beforeAll(async () => {
    const port = await freePort()
    url = `ws://127.0.0.1:${port}/ws`
    const hardened = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']
    const place = ['--publish', `127.0.0.1:${port}:8080`, '--volume', `${name}:/data`, '--env', 'AUTH_ALLOW_OFF=true']
    await docker('run', '--detach', '--name', name, ...hardened, ...place, image, 'embedded')
    const health = () => docker('inspect', '--format', '{{.State.Health.Status}}', name)
    await until('the container to be healthy', async () => (await health()).trim() === 'healthy', { withinMs: 60_000 })
  }, 150_000)
  afterAll(async () => {
    await docker('rm', '--force', '--volumes', name)
    await docker('volume', 'rm', '--force', name)
  })

  it('runs the embedded chat in one container with a read-only root', async () => {
    await using ann = await personOn(url, freshName('ann'))
    await using bob = await personOn(url, freshName('bob'))
    const { room } = await ann.createChat('boxed', [bob.id])
    await ann.say(room, 'hello from a container')
    expect((await bob.feedTo(room, 2)).at(-1)?.body.msg).toBe('hello from a container')
  })

  it('serves the prebuilt chat page', async () => {
    const origin = new URL(url.replace(/^ws/, 'http')).origin
    const page = await (await fetch(origin)).text()
    const [, script] = /<script type="module"[^>]* src="([^"]+)"/.exec(page) ?? []
    const { status, headers } = await fetch(new URL(script ?? '', `${origin}/`))
    expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
    expect(await docker('logs', name)).not.toContain('the chat page cannot be built')
  })

  it('does not run as root and cannot write to the folder of its code', async () => {
    expect(await evaluate(name, 'process.getuid()')).toBe('65532')
    const attempt = `try { require('fs').writeFileSync('/app/x', ''); 'written' } catch (error) { error.code }`
    expect(await evaluate(name, attempt)).toMatch(/^(EROFS|EACCES)$/)
  })

  it('uses its compile cache', async () => {
    const kept = `require('fs').readdirSync('/compiled').map((each) => require('fs').readdirSync('/compiled/' + each).length)`
    expect(Number(JSON.parse(await evaluate(name, `JSON.stringify(${kept})`))[0])).toBeGreaterThan(200)
  })

  it('contains no shell, no npm and no development dependency', async () => {
    const there = (path: string) => evaluate(name, `require('fs').existsSync('${path}')`)
    for (const path of [
      '/bin/sh',
      '/usr/local/bin/npm',
      '/app/test',
      '/app/node_modules/vitest',
      '/app/node_modules/testcontainers',
      '/app/node_modules/vite',
      '/app/services/web/screenshots',
    ]) {
      expect(await there(path), path).toBe('false')
    }
    expect(await there('/app/node_modules/kafkajs')).toBe('true')
  })

  it('stops in order on SIGTERM, and keeps the stored messages', async () => {
    const ann = freshName('ann')
    await using before = await personOn(url, ann)
    const { room } = await before.createChat('kept', [])
    await before.say(room, 'still there')
    await docker('stop', '--time', '30', name)
    expect((await docker('inspect', '--format', '{{.State.ExitCode}}', name)).trim()).toBe('0')
    await docker('start', name)
    await using again = await until('the chat to be back', () => personOn(url, ann), { withinMs: 60_000 })
    expect((await again.history(room)).map(({ msg }) => msg)).toEqual(['still there'])
  }, 120_000)

  it('lists the valid arguments for an invalid one', async () => {
    await expect(docker('run', '--rm', image, 'sh')).rejects.toThrow(/embedded, gateway, writer, relay, admin\. It is \\?"sh/)
  })

  it('can be built by BuildKit and by the classic builder', async () => {
    const { buildArguments } = pinnedImages()
    const given = Object.entries(buildArguments).flatMap(([name, pinned]) => ['--build-arg', `${name}=${pinned}`])
    const build = ['build', '--quiet', '--file', 'infra/docker/Dockerfile', ...given, '.']
    for (const DOCKER_BUILDKIT of ['0', '1']) {
      const env = { ...(process.env as Record<string, string>), DOCKER_BUILDKIT }
      const built = await runCommand(await clientFor(DOCKER_BUILDKIT), build, { cwd: projectFolder, env })
      expect(built).toMatch(/^sha256:[0-9a-f]{64}$/m)
    }
  }, 600_000)

  it('runs the admin commands', async () => {
    expect(await docker('run', '--rm', image, 'admin', '--help')).toContain('migrate')
    await expect(docker('run', '--rm', image, 'admin', 'migrate')).rejects.toThrow(/DATABASE_URL is missing/)
  })
})
