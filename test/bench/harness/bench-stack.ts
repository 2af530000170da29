import { openLinks } from '../../support/stack/link-map.ts'
import { newRunPrefix } from '../../support/stack/namespaces.ts'
import { startNativeServices } from '../../support/stack/native-services.ts'
import { ownStack } from '../../support/stack/own-stack.ts'
import { processPrograms } from '../../support/stack/process-programs.ts'
import type { Stack } from '../../support/stack/stack.ts'
import type { Parts } from './cpu.ts'

export interface BenchStack extends Stack {
  /** The servers' processes. */
  readonly parts: Readonly<Record<'kafka' | 'postgres' | 'redis', readonly number[]>> & Parts
}

/** Real servers as processes, whose CPU time can be read; with their durable defaults. */
export const startBenchStack = async (): Promise<BenchStack> => {
  await using owned = new AsyncDisposableStack()
  const links = owned.use(
    await openLinks([], () => {
      throw new Error('there are no links')
    }),
  )
  const { kafka, postgres, redis } = owned.use(await startNativeServices(links))
  const direct = { databaseUrl: postgres.url, redisUrl: redis.url, kafkaBrokers: [kafka.address] }
  const kept = owned.move()
  const dispose = () => kept.disposeAsync()
  const servers = { kafka, postgres, redis }
  const stack = ownStack(
    { kind: 'native', ...servers, run: newRunPrefix(), direct, links, linkHost: '127.0.0.1', dispose },
    processPrograms,
  )
  const pids = (pid: number | undefined): readonly number[] => (pid === undefined ? [] : [pid])
  return {
    ...stack,
    parts: { kafka: pids(kafka.pid), postgres: pids(postgres.pid), redis: pids(redis.pid) },
  }
}
