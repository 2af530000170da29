import { join } from 'node:path'
import { projectFolder } from '../../support/stack/replica.ts'
import { renderYaml } from '../support/renderer.ts'
import { editedOverlayYaml } from '../support/with-component.ts'
import type { ChatNamespace } from './chat-namespace.ts'
import { chatNamespace, services } from './chat-namespace.ts'
import { kubectl } from './kubectl.ts'
import { loadImages } from './load-images.ts'
import { assertOwnCluster } from './own-cluster.ts'
import { provideVolumes } from './volumes.ts'

/** The dev overlay on the current cluster. */
export interface DeployedChat extends ChatNamespace, AsyncDisposable {
  /** Address through the node port of the Service. */
  readonly url: string
  /** Applies the overlay, as the README does or with other flags, with further lines in `chat.env`. */
  apply(flags?: readonly string[], lines?: string): Promise<string>
}

/** The flags of the README: the files win over what undo, patch or set have changed. */
export const applyFlags = ['--server-side', '--force-conflicts'] as const

const applyWith = (flags: readonly string[], yaml: string): Promise<string> => kubectl(['apply', ...flags, '-f', '-'], yaml)

/** Without authentication a gateway accepts the address of a node only if this origin is allowed. */
export const originOf = (url: string): string => url.replace(/^ws/, 'http').replace(/\/ws$/, '')

/** Loads the images, applies the overlay and waits until all pods are ready. Disposing removes everything. */
export const deployChat = async (): Promise<DeployedChat> => {
  await assertOwnCluster()
  const chat = chatNamespace('chat-dev')
  await using owned = new AsyncDisposableStack()
  await chat.remove()
  await loadImages()
  owned.defer(await provideVolumes())
  owned.defer(chat.remove)
  await applyWith(applyFlags, renderYaml(join(projectFolder, 'k8s/overlays/dev')))
  const url = await chat.socketUrl()
  const apply = (flags: readonly string[] = applyFlags, lines = ''): Promise<string> =>
    applyWith(
      flags,
      editedOverlayYaml('dev', 'chat.env', (text) => `${text}ALLOWED_ORIGINS=${originOf(url)}\n${lines}`),
    )
  await apply()
  for (const part of ['kafka', 'postgres', 'redis']) await chat.settled(`statefulset/${part}`)
  for (const part of services) await chat.settled(`deployment/${part}`)
  const kept = owned.move()
  return { ...chat, url, apply, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
