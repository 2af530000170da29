import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** A user of this machine, as `spawn` takes it. */
export interface UnixAccount {
  readonly uid: number
  readonly gid: number
}

/** The account for Postgres, which refuses to run as root; undefined: the present user. */
export const postgresAccount = (): UnixAccount | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('postgres:'))
  if (!line) throw new Error('PostgreSQL cannot run as root, and there is no user "postgres"')
  const [, , uid, gid] = line.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

/** The nearest parent folder that other users may not traverse; undefined if there is none. */
export const closedFolderAbove = (folder: string): string | undefined => {
  for (let each = dirname(folder); ; each = dirname(each)) {
    if ((statSync(each).mode & 0o001) === 0) return each
    if (each === dirname(each)) return undefined
  }
}
