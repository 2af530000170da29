import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

/** The process that holds a folder, as written to `holder.json`. */
export interface Holder {
  readonly pid: number
  readonly since: string
}

/** The process for which a folder is locked. */
export interface Owner {
  readonly pid: number
  readonly startedMs: number
}

/** Another process holds the folder. */
export class FolderInUseError extends Error {}

const lockFile = (folder: string): string => join(folder, 'lock')
const holderFile = (folder: string): string => join(folder, 'holder.json')

/** Node has no file locks. SQLite uses those of the operating system, which end with the process in any case. */
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

/** Pids are reused, above all in containers: a holder with the same pid may be an earlier process. */
const isStillRunning = (holder: Holder | undefined, owner: Owner): boolean => {
  if (holder === undefined) return false
  return holder.pid === owner.pid ? Date.parse(holder.since) >= owner.startedMs : isAlive(holder.pid)
}

const refusal = (folder: string, holder: Holder | undefined): FolderInUseError => {
  const process = holder === undefined ? 'another process' : `process ${holder.pid}, since ${holder.since}`
  return new FolderInUseError(`${folder} is in use by ${process}: stop it, or choose another folder`)
}

/**
 * Locks the folder for `owner`. Waits at most `waitMs` for a holder whose owner
 * is gone; rejects with `FolderInUseError`. The lock ends with this process.
 */
export const lockFolder = async (folder: string, owner: Owner, waitMs: number): Promise<void> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const deadline = performance.now() + waitMs
  for (;;) {
    const locked = tryLock(folder)
    if (locked !== undefined) {
      openLocks.add(locked)
      const holder: Holder = { pid: owner.pid, since: new Date().toISOString() }
      writeFileSync(holderFile(folder), JSON.stringify(holder))
      return
    }
    const holder = readHolder(folder)
    if (isStillRunning(holder, owner) || performance.now() > deadline) throw refusal(folder, holder)
    await sleep(50)
  }
}

/** Prevents garbage collection, which would close the file and release the lock. */
const openLocks = new Set<DatabaseSync>()
