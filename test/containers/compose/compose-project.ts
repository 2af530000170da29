import { randomBytes } from 'node:crypto'
import { projectFolder } from '../../../infra/docker/pinned-images.ts'
import { freePort } from '../../../infra/native/free-port.ts'
import { runCommand } from '../../../infra/native/run-command.ts'
import { until } from '../../support/poll.ts'
import type { ComposeTool } from './compose-tool.ts'

/** A running project of `docker-compose.yml` with a unique name. */
export interface ComposeProject extends AsyncDisposable {
  /** The address of the balancer, for clients. */
  readonly url: string
  readonly prometheusUrl: string
  /** The container names of a service. */
  containersOf(service: string): Promise<string[]>
  /** An orderly restart; resolves when the container is healthy again. */
  restart(container: string): Promise<void>
  compose(...args: string[]): Promise<string>
  log(lines?: number): Promise<string>
}

const healthyWithinMs = 60_000
const graceSeconds = 30

const health = async (container: string): Promise<string> =>
  (await runCommand('docker', ['inspect', '--format', '{{.State.Health.Status}}', container])).trim()

const untilHealthy = (container: string): Promise<unknown> =>
  until(`${container} to be healthy`, async () => (await health(container)) === 'healthy', {
    withinMs: healthyWithinMs,
    everyMs: 200,
  })

const containersOf = async (project: string, service: string): Promise<string[]> => {
  const filters = [`label=com.docker.compose.project=${project}`, `label=com.docker.compose.service=${service}`]
  const told = await runCommand('docker', ['ps', ...filters.flatMap((each) => ['--filter', each]), '--format', '{{.Names}}'])
  return told.split('\n').filter(Boolean).sort()
}

/**
 * Starts the whole system and resolves when all containers are healthy. The
 * images must exist already. Disposing of the project removes its containers
 * and volumes.
 */
export const bringUp = async (tool: ComposeTool): Promise<ComposeProject> => {
  const project = `chat${randomBytes(4).toString('hex')}`
  const [port, prometheusPort] = [await freePort(), await freePort()]
  const ports = { CHAT_PORT: String(port), PROMETHEUS_PORT: String(prometheusPort) }
  const env = { ...(process.env as Record<string, string>), ...ports }
  const compose = (...args: string[]): Promise<string> =>
    runCommand(tool.command, [...tool.args, '--project-name', project, ...args], { cwd: projectFolder, env })
  const log = (lines = 30): Promise<string> => compose('logs', '--no-color', '--tail', String(lines))
  const down = async (): Promise<void> => {
    // Includes containers that a profile has started.
    await compose('--profile', 'observability', 'down', '--volumes', '--timeout', '1')
  }
  try {
    await compose('up', '--detach', '--no-build')
    for (const balancer of await containersOf(project, 'balancer')) await untilHealthy(balancer)
  } catch (error) {
    const story = await log().catch(() => '')
    await down()
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${story}`)
  }
  return {
    url: `ws://127.0.0.1:${port}/ws`,
    prometheusUrl: `http://127.0.0.1:${prometheusPort}`,
    containersOf: (service) => containersOf(project, service),
    restart: async (container) => {
      await runCommand('docker', ['restart', '--time', String(graceSeconds), container])
      await untilHealthy(container)
    },
    compose,
    log,
    [Symbol.asyncDispose]: down,
  }
}
