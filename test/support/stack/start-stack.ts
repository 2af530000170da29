import { dockerStack } from '../../testing/containers/docker-stack.ts'
import { stackImages } from '../../testing/containers/stack-images.ts'
import type { Attachment } from './attached-stack.ts'
import { envStack, urlsFrom } from './env-stack.ts'
import { nativeStack } from './native-stack.ts'
import type { Stack, StackKind } from './stack.ts'

export interface StackOptions {
  /** Roles whose connections can be cut: each has its own proxies to the three services. */
  readonly links?: readonly string[]
}

/**
 * The kind that `STACK` selects; without it, `env` if the environment names all
 * three services, otherwise `native`. Throws if `STACK` is invalid, or is `env`
 * without the three addresses.
 */
export const stackKind = (): StackKind => {
  const urls = urlsFrom(process.env)
  const { STACK = '' } = process.env
  if (STACK === '') return urls ? 'env' : 'native'
  if (STACK !== 'env' && STACK !== 'native' && STACK !== 'docker') throw new Error('STACK may be env, native or docker')
  if (STACK === 'env' && !urls) {
    throw new Error('STACK=env needs DATABASE_URL, REDIS_URL and KAFKA_BROKERS')
  }
  return STACK
}

const openContainers = async (links: readonly string[]): Promise<{ stack: Stack; attachment: Attachment }> => {
  const { stack, site, direct, run } = await dockerStack(stackImages(), links)
  return { stack, attachment: { kind: 'docker', run, urls: direct, site } }
}

/** Starts a stack; `attachment` lets other processes attach to it. */
export const openStack = async (options: StackOptions = {}): Promise<{ stack: Stack; attachment: Attachment }> => {
  const kind = stackKind()
  const { links = [] } = options
  if (kind === 'docker') return openContainers(links)
  const urls = kind === 'env' ? urlsFrom(process.env) : undefined
  return urls ? envStack(urls) : nativeStack(links)
}

/**
 * A stack for this caller alone, to be disposed of: `await using stack = await startStack()`.
 * With `STACK=env` it uses the environment's services, which refuse faults:
 * suites that inject faults are skipped then (`describe.skipIf(stackKind() === 'env')`).
 */
export const startStack = async (options: StackOptions = {}): Promise<Stack> => (await openStack(options)).stack
