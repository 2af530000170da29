import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

/** Who has a folder: the process that a person started, and when. */
export interface Holder {
  readonly pid: number
  readonly since: string
}

/** The process for which the folder is taken. */
export interface Owner {
  readonly pid: number
  readonly startedMs: number
}

/** Another process has the folder. */
export class FolderHeldError extends Error {}

const lockFile = (folder: string): string => join(folder, 'lock')
const holderFile = (folder: string): string => join(folder, 'holder.json')

/** Node has no file lock; SQLite's is the system's own, and ends with the process, however that ends. */
const tryLock = (folder: string): DatabaseSync | undefined => {
  const file = new DatabaseSync(lockFile(folder))
  try {
    file.exec('pragma journal_mode = memory; begin exclusive')
    return file
  } catch (error) {
    file.close()
    if (error instanceof Error && error.message.includes('locked')) return undefined
    throw error
  }
}

const readHolder = (folder: string): Holder | undefined => {
  try {
    const { pid, since } = JSON.parse(readFileSync(holderFile(folder), 'utf8')) as Partial<Holder>
    return typeof pid === 'number' && typeof since === 'string' ? { pid, since } : undefined
  } catch {
    return undefined
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** A pid comes again, in containers above all: a holder with the owner's own pid may be a former life of it. */
const isStillThere = (holder: Holder | undefined, owner: Owner): boolean => {
  if (holder === undefined) return false
  return holder.pid === owner.pid ? Date.parse(holder.since) >= owner.startedMs : isAlive(holder.pid)
}

const refusal = (folder: string, holder: Holder | undefined): FolderHeldError => {
  const who = holder === undefined ? 'another process' : `process ${holder.pid}, since ${holder.since}`
  return new FolderHeldError(`${folder} is held by ${who}: stop it, or choose another folder`)
}

/**
 * Takes the folder for `owner`, or waits for a holder whose owner is gone, that
 * long at most; rejects with `FolderHeldError`. There is no way to let go: the
 * lock ends with this process.
 */
export const lockFolder = async (folder: string, owner: Owner, waitMs: number): Promise<void> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const deadline = performance.now() + waitMs
  for (;;) {
    const locked = tryLock(folder)
    if (locked !== undefined) {
      held.add(locked)
      const holder: Holder = { pid: owner.pid, since: new Date().toISOString() }
      writeFileSync(holderFile(folder), JSON.stringify(holder))
      return
    }
    const holder = readHolder(folder)
    if (isStillThere(holder, owner) || performance.now() > deadline) throw refusal(folder, holder)
    await sleep(50)
  }
}

/** Kept from being collected: that would close the file and end the lock. */
const held = new Set<DatabaseSync>()
