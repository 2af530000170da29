import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../../support/stack/replica.ts'
import { imageReferences, overlayWithImage } from '../support/image-references.ts'
import { services } from './chat-namespace.ts'
import type { DeployedChat } from './deployed-chat.ts'
import { applyFlags } from './deployed-chat.ts'
import { getAll, getOne, kubectl } from './kubectl.ts'
import type { UnderLoad } from './under-load.ts'

interface Applied {
  readonly chat: DeployedChat
  readonly disturbUnderLoad: (what: string, disturb: () => Promise<void>) => Promise<UnderLoad>
}

/** The name of the ConfigMap of a Deployment, which contains a hash of the settings. */
const settingsOf = async (part: string, namespace: string): Promise<string> => {
  const { spec } = await getOne('deployment', part, '-n', namespace)
  return spec?.template?.spec.containers[0]?.envFrom?.[0]?.configMapRef.name ?? ''
}

/** What an operator does to the deployed objects: other images, an undo, patches, admin commands. */
export const applying = (given: () => Applied): void => {
  describe('the API server accepts the overlay with', () => {
    it.each(Object.entries(imageReferences))('an image reference with %s', async (_name, entry) => {
      const printed = await kubectl(['apply', ...applyFlags, '--dry-run=server', '-f', '-'], overlayWithImage('dev', entry))
      expect(printed).toMatch(/^job\.batch\/migrate-[a-z0-9]{10} serverside-applied \(server dry run\)$/m)
    })
  })

  it('an undo and the documented apply after it lose nothing; without --force-conflicts the apply is refused', async () => {
    const { chat, disturbUnderLoad } = given()
    const roll = async (): Promise<void> => {
      for (const part of services) await chat.settled(`deployment/${part}`)
    }
    const settings = (): Promise<string[]> => Promise.all(services.map((part) => settingsOf(part, chat.namespace)))
    const before = await settings()
    const { problems } = await disturbUnderLoad('new settings, undo, apply again', async () => {
      await chat.apply(applyFlags, 'LOG_LEVEL=debug\n')
      await roll()
      const changed = await settings()
      expect(changed).not.toEqual(before)
      for (const part of services) await chat.kubectl('rollout', 'undo', `deployment/${part}`)
      await roll()
      expect(await settings()).toEqual(before)
      await expect(chat.apply(['--server-side'], 'LOG_LEVEL=debug\n')).rejects.toThrow(/conflict/)
      await chat.apply(applyFlags, 'LOG_LEVEL=debug\n')
      await roll()
      expect(await settings()).toEqual(changed)
    })
    expect(problems).toEqual([])
    await chat.apply()
    await roll()
    await chat.scale('gateway', 2)
    await chat.scale('writer', 2)
  })

  it('a patched autoscaler is reset by the documented apply', async () => {
    const { chat } = given()
    const least = async (): Promise<unknown> => (await getOne('hpa', 'gateway', '-n', chat.namespace)).spec?.minReplicas
    await chat.kubectl('patch', 'hpa', 'gateway', '-p', JSON.stringify({ spec: { minReplicas: 3, maxReplicas: 4 } }))
    expect(await least()).toBe(3)
    await chat.apply()
    expect(await least()).toBe(2)
    await chat.scale('gateway', 2)
    await chat.scale('writer', 2)
  })

  it('an admin command runs as a job with the login of the owner', async () => {
    const { chat } = given()
    const script = join(projectFolder, 'k8s/admin.sh')
    const { stdout } = await promisify(execFile)('sh', [script, chat.namespace, 'level'])
    expect(stdout).toMatch(/level/i)
    await expect(promisify(execFile)('sh', [script, chat.namespace, 'unknown'])).rejects.toThrow()
  })

  it('a normal roll causes no warning of a startup probe', async () => {
    const { chat } = given()
    await chat.kubectl('delete', 'events', '--all')
    for (const part of services) await chat.kubectl('rollout', 'restart', `deployment/${part}`)
    for (const part of services) await chat.settled(`deployment/${part}`)
    const events = (await getAll('events', '-n', chat.namespace)) as unknown as readonly { readonly message: string }[]
    expect(events.filter(({ message }) => message.startsWith('Startup probe failed'))).toEqual([])
  })
}
