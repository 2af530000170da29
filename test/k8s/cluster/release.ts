import { join } from 'node:path'
import { chartFolder, helmLater } from '../support/helm.ts'
import type { ChatNamespace } from './chat-namespace.ts'
import { originOf } from './deployed-chat.ts'

/** A version of the service: its chart and its image. */
export interface Version {
  readonly chart: string
  readonly image: string
  /** A setting by which two releases differ that may have the same version. */
  readonly logLevel: string
}

const repository = 'chat-service'

export const present: Version = { chart: chartFolder, image: `${repository}:dev`, logLevel: 'info' }

/**
 * The version of the checkout in `K8S_PREVIOUS`, whose image is `chat-service:previous`.
 * Without the variable: the present version with another setting, so that every pod is replaced.
 */
export const previous: Version =
  process.env.K8S_PREVIOUS === undefined
    ? { ...present, logLevel: 'warn' }
    : { chart: join(process.env.K8S_PREVIOUS, 'k8s/chart'), image: `${repository}:previous`, logLevel: 'info' }

export const hasPreviousVersion = process.env.K8S_PREVIOUS !== undefined

/** The release `chat` in a namespace. */
export interface Release {
  /** Installs or upgrades to a version, as the README does, and waits until it is ready. */
  upgrade(version: Version): Promise<void>
  /** Rolls back, as the README does. */
  rollback(revision: number, timeout?: string): Promise<void>
  /** Runs `helm test`; rejects if it finds a fault. */
  test(): Promise<string>
  uninstall(): Promise<void>
}

const wait = (timeout: string): readonly string[] => ['--wait', '--timeout', timeout]

/** The autoscalers are pinned to two pods of each, so that only the release changes the pods. */
const pinned = ['gateway', 'writer'].flatMap((part) => ['--set', `${part}.replicas.max=2`])

/** `url` is the address that clients use, as soon as it is known. */
export const releaseIn = ({ namespace }: ChatNamespace, url: () => string | undefined): Release => {
  const run = (...args: string[]): Promise<string> => helmLater(...args, '--namespace', namespace)
  return {
    upgrade: async ({ chart, image, logLevel }) => {
      const address = url()
      const settings = { LOG_LEVEL: logLevel, ...(address === undefined ? {} : { ALLOWED_ORIGINS: originOf(address) }) }
      const config = Object.entries(settings).flatMap(([key, value]) => ['--set-string', `config.${key}=${value}`])
      const tag = image.replace(`${repository}:`, '')
      const values = ['--set', `image.tag=${tag}`, ...pinned, ...config]
      await run('upgrade', '--install', 'chat', chart, '--create-namespace', ...wait('15m'), ...values)
    },
    rollback: async (revision, timeout = '15m') => void (await run('rollback', 'chat', `${revision}`, ...wait(timeout))),
    test: () => run('test', 'chat'),
    uninstall: async () => void (await run('uninstall', 'chat', '--wait')),
  }
}
