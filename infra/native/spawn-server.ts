import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import type { ServerSpec } from './server-spec.ts'
import { killProcessTree } from './signals.ts'

const setpriv = '/usr/bin/setpriv'

/** Running children that must end with this process. */
const children = new Set<ChildProcess>()
const killChildren = (): void => {
  for (const child of children) if (child.pid !== undefined) killProcessTree(child.pid)
}

const endWithParent = (child: ChildProcess): void => {
  if (children.size === 0) process.on('exit', killChildren)
  children.add(child)
  child.once('exit', () => outliveParent(child))
}

const outliveParent = (child: ChildProcess): void => {
  children.delete(child)
  if (children.size === 0) process.off('exit', killChildren)
}

/** Allows a detached child to survive this process. */
export const detach = (child: ChildProcess): void => {
  outliveParent(child)
  child.unref()
}

/** With setpriv, the kernel ends the child even when this process is killed and runs no handler. */
const commandLine = (spec: ServerSpec): [string, string[]] => {
  if (spec.isDetached || !existsSync(setpriv)) return [spec.command, [...spec.args]]
  const signal = spec.orphanSignal.replace(/^SIG/, '')
  return [setpriv, ['--pdeathsig', signal, spec.command, ...spec.args]]
}

/**
 * Starts the program and appends its output to its log file. It ends with this
 * process, however this process ends; a detached one only until `detach`.
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
  if (child.pid !== undefined) endWithParent(child)
  return child
}

/** The last lines of a log, for error messages. */
export const lastLines = (logFile: string, count = 15): string => {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return '(no log)'
  }
}
