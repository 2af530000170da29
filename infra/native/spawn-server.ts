import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import type { ServerSpec } from './server-spec.ts'
import { destroy } from './signals.ts'

const setpriv = '/usr/bin/setpriv'

/** Children that have to end with this one; only what was spawned here, and not yet exited. */
const tethered = new Set<ChildProcess>()
const destroyTethered = (): void => {
  for (const child of tethered) if (child.pid !== undefined) destroy(child.pid)
}

const tether = (child: ChildProcess): void => {
  if (tethered.size === 0) process.on('exit', destroyTethered)
  tethered.add(child)
  child.once('exit', () => untether(child))
}

const untether = (child: ChildProcess): void => {
  tethered.delete(child)
  if (tethered.size === 0) process.off('exit', destroyTethered)
}

/** Lets a detached child live on after this process. */
export const letGo = (child: ChildProcess): void => {
  untether(child)
  child.unref()
}

/** With setpriv the kernel ends the child even when we are killed and run no handler. */
const commandLine = (spec: ServerSpec): [string, string[]] => {
  if (spec.isDetached || !existsSync(setpriv)) return [spec.command, [...spec.args]]
  const signal = spec.orphanSignal.replace(/^SIG/, '')
  return [setpriv, ['--pdeathsig', signal, spec.command, ...spec.args]]
}

/**
 * Starts the program with its output appended to its log file. It ends when
 * this process does: one that is detached only until it is let go, any other
 * whichever way this process ends.
 */
export const spawnServer = (spec: ServerSpec): ChildProcess => {
  const log = openSync(spec.logFile, 'a')
  const [command, args] = commandLine(spec)
  const child = spawn(command, args, {
    cwd: spec.workingFolder,
    env: spec.env ?? { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
    stdio: ['ignore', log, log],
    detached: spec.isDetached,
    ...(spec.account ?? {}),
  })
  closeSync(log)
  if (child.pid !== undefined) tether(child)
  return child
}

/** The end of a log, for an error that has to explain itself. */
export const lastLines = (logFile: string, count = 15): string => {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return '(no log)'
  }
}
