import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort, onFreePorts } from '../../../infra/native/free-port.ts'
import { nativeServer } from '../../../infra/native/native-server.ts'
import { probeReady } from './probe-ready.ts'
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.ts'
import type { Environment, Replica } from './server.ts'

export type { Environment, Replica } from './server.ts'

export interface ReplicaOptions {
  /** The file to run, relative to the project folder. */
  readonly entry: string
  /** Its command-line arguments. */
  readonly args?: readonly string[]
  /** PORT and INTERNAL_PORT are free ones unless given. */
  readonly env: Environment
  readonly readyWithinMs?: number
  /** An orderly stop that takes longer becomes a kill. */
  readonly stopWithinMs?: number
}

export const projectFolder = resolve(import.meta.dirname, '../../..')

const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
  readonly scripts: { readonly gateway: string }
}

/** The arguments of Node in the npm scripts: those between `node` and the program. */
export const nodeArguments: readonly string[] = scripts.gateway.split(' ').slice(1, -1)

/** The variables of this process that a child needs to run; tests add the others. */
export const cleanEnvironment = (): Record<string, string> => {
  const passedOn = ['PATH', 'HOME', 'TMPDIR', 'NODE_COMPILE_CACHE', 'NODE_V8_COVERAGE']
  const entries = passedOn.flatMap((key) => {
    const value = process.env[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  return Object.fromEntries(entries)
}

const startOn = async (
  name: string,
  options: ReplicaOptions,
  ports: { PORT: string; INTERNAL_PORT: string },
  folder: string,
): Promise<Replica> => {
  const internalUrl = `http://127.0.0.1:${ports.INTERNAL_PORT}`
  const logFile = join(folder, `${name}.log`)
  const server = nativeServer({
    name,
    command: process.execPath,
    args: [...nodeArguments, options.entry, ...(options.args ?? [])],
    workingFolder: projectFolder,
    env: { ...cleanEnvironment(), ...options.env, ...ports },
    logFile,
    stopSignal: 'SIGTERM',
    orphanSignal: 'SIGKILL',
    isDetached: false,
    port: Number(ports.INTERNAL_PORT),
    probe: () => probeReady(internalUrl),
    readyWithinMs: options.readyWithinMs ?? 60_000,
    stopWithinMs: options.stopWithinMs ?? 30_000,
  })
  await server.start()
  return Object.assign(server, {
    url: `ws://127.0.0.1:${ports.PORT}/ws`,
    internalUrl,
    log: (lines = 100) => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines),
    [Symbol.asyncDispose]: async () => {
      await server.kill()
      removeScratchFolder(folder)
    },
  })
}

/**
 * Starts one of our services; resolves when its `/readyz` answers 200. A
 * failure carries the end of its log. It gets only the
 * variables of this process that it needs to run.
 */
export const startService = async (name: string, options: ReplicaOptions): Promise<Replica> => {
  const folder = makeScratchFolder('replica')
  const { PORT, INTERNAL_PORT } = options.env
  try {
    return await onFreePorts(async () => {
      const ports = {
        PORT: PORT ?? String(await freePort()),
        INTERNAL_PORT: INTERNAL_PORT ?? String(await freePort()),
      }
      return startOn(name, options, ports, folder)
    })
  } catch (error) {
    removeScratchFolder(folder)
    throw error
  }
}
