import type { GenericContainer, StartedTestContainer } from 'testcontainers'
import { getContainerRuntimeClient } from 'testcontainers'
import type { ExitCode } from '../../../infra/native/native-server.ts'
import { until } from '../../support/poll.ts'
import type { Server } from '../../support/stack/server.ts'
import { containerLog } from './container-log.ts'
import type { Probing } from './probing.ts'
import { untilProbed, waitByProbe } from './probing.ts'
import { ownerLabels, prepareReaper } from './reaper.ts'

export interface ContainerSpec extends Probing {
  readonly name: string
  /** Created but not started, with fixed host ports, because Docker would assign other ports at each start. */
  readonly container: GenericContainer
  /** An orderly stop that takes longer becomes a kill. */
  readonly stopWithinMs: number
}

export interface ContainerServer extends Server {
  /** The last lines of its output, over all its starts. */
  log(lines?: number): string[]
}

/** The engine reports an end by a signal as 128 plus its number. */
const exitCodeOf = (status: number): ExitCode => (status >= 128 ? null : status)

/**
 * Starts a container that can be killed, paused and started again; resolves when its
 * probe passes. Disposing of it removes it with all that it stored.
 */
export const startContainer = async (spec: ContainerSpec): Promise<ContainerServer> => {
  await prepareReaper()
  const { container: client } = await getContainerRuntimeClient()
  const log = containerLog()
  const withLog = (error: unknown): Error =>
    new Error(`${error instanceof Error ? error.message : String(error)}\n${log.last(15).join('\n')}`, { cause: error })
  const started: StartedTestContainer = await spec.container
    .withLabels(ownerLabels())
    .withLogConsumer(log.read)
    .withWaitStrategy(waitByProbe(spec.name, spec))
    .start()
    .catch((error: unknown) => {
      throw withLog(error)
    })
  const container = client.getById(started.getId())
  const state = async () => (await container.inspect()).State
  const untilExit = (): Promise<ExitCode> =>
    container.wait().then(({ StatusCode }: { StatusCode: number }) => exitCodeOf(StatusCode))
  let pid: number | undefined = (await state()).Pid
  let exited: Promise<ExitCode> = Promise.resolve(null)
  const watch = (): void => {
    exited = untilExit().finally(() => {
      pid = undefined
    })
    // Prevents an unhandled rejection if the container is removed; callers that await it still receive the error.
    exited.catch(() => {})
  }
  watch()

  const start = async (): Promise<void> => {
    if ((await state()).Running) return
    const since = Date.now() / 1_000
    await container.start()
    log.read(await client.logs(container, { since }))
    pid = (await state()).Pid
    watch()
    await untilProbed(spec.name, container, spec).catch((error: unknown) => {
      throw withLog(error)
    })
  }
  const endAfter = async (ask: () => Promise<unknown>): Promise<ExitCode> => {
    if ((await state()).Running) await ask()
    await until(`${spec.name} to be gone`, async () => !(await state()).Running, { withinMs: 30_000 })
    return exited
  }
  const stop = (): Promise<ExitCode> => endAfter(() => container.stop({ t: Math.ceil(spec.stopWithinMs / 1_000) }))
  const kill = async (): Promise<void> => {
    await endAfter(() => container.kill({ signal: 'SIGKILL' }))
  }
  return {
    name: spec.name,
    get pid() {
      return pid
    },
    get exited() {
      return exited
    },
    start,
    stop,
    kill,
    pause: () => container.pause(),
    resume: () => container.unpause(),
    restart: async () => {
      await stop()
      await start()
    },
    log: (lines = 100) => log.last(lines),
    [Symbol.asyncDispose]: async () => {
      await container.remove({ force: true, v: true })
    },
  }
}
