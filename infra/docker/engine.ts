import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { installPackages } from '../native/debian.ts'
import { withLock } from '../native/lock.ts'
import { isGone } from '../native/pid-identity.ts'
import type { ReportProgress } from '../native/report-progress.ts'
import { runCommand } from '../native/run-command.ts'
import { lastLines } from '../native/spawn-server.ts'
import { cacheFolder } from './cache-folder.ts'

const daemon = '/usr/sbin/dockerd'
const answersWithinMs = 30_000

/** A running Docker engine. */
export interface Engine {
  readonly version: string
  /** Stops the engine if it was started here and no container runs on it. */
  release(): Promise<void>
}

const engineVersion = async (): Promise<string | undefined> => {
  try {
    return (await runCommand('docker', ['version', '--format', '{{.Server.Version}}'])).trim()
  } catch {
    return undefined
  }
}

const install = async (report: ReportProgress): Promise<void> => {
  if (!existsSync(daemon)) await installPackages(['docker.io'], report)
  // Newer Debian releases have a separate package for the client.
  if (!existsSync('/usr/bin/docker') && !existsSync('/usr/local/bin/docker')) await installPackages(['docker-cli'], report)
}

const start = async (report: ReportProgress): Promise<Engine> => {
  await install(report)
  mkdirSync(cacheFolder, { recursive: true })
  const logFile = join(cacheFolder, 'dockerd.log')
  const log = openSync(logFile, 'w')
  const child = spawn(daemon, [], { detached: true, stdio: ['ignore', log, log] })
  child.unref()
  const { pid } = child
  const deadline = performance.now() + answersWithinMs
  for (;;) {
    const version = await engineVersion()
    if (version !== undefined && pid !== undefined) {
      report(`started a Docker engine, pid ${pid}`)
      return { version, release: () => end(pid, report) }
    }
    if (child.exitCode !== null || pid === undefined || performance.now() > deadline) {
      throw new Error(`dockerd does not start:\n${lastLines(logFile)}`)
    }
    await sleep(100)
  }
}

const end = async (pid: number, report: ReportProgress): Promise<void> => {
  const running = await runCommand('docker', ['ps', '--quiet'])
  if (running.trim() !== '') {
    report(`the Docker engine that was started here (pid ${pid}) runs other containers, and is not stopped`)
    return
  }
  process.kill(pid, 'SIGTERM')
  while (!isGone(pid)) await sleep(50)
}

/**
 * The running Docker engine; else starts one, and installs Debian's packages
 * first if it is missing. Rejects where that is impossible.
 */
export const ensureEngine = (report: ReportProgress): Promise<Engine> =>
  withLock('docker-engine', async () => {
    const version = await engineVersion()
    if (version !== undefined) return { version, release: async () => {} }
    if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
      throw new Error('no Docker engine answers, and only root on a Debian can install and start one')
    }
    return start(report)
  })
