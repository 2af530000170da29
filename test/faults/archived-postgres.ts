import { appendFileSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../infra/native/run-command.ts'
import { findPostgresBin } from '../../infra/native/tools.ts'
import { postgresAccount } from '../../infra/native/unix-account.ts'
import { withSession } from '../contract/postgres/session.ts'
import { until } from '../support/poll.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import type { Stack } from '../support/stack/stack.ts'

/**
 * The native Postgres of a stack with an archive of its write-ahead log and a base backup, in folders
 * that stand for the object store of k8s/overlays/prod/data.
 */
export interface ArchivedPostgres extends Disposable {
  baseBackup(): Promise<void>
  /** The time of the server. */
  now(): Promise<Date>
  /** Ends the current segment of the log, as `archive_timeout` does, and waits until it is archived. */
  archiveAll(): Promise<void>
  /** Kills the server, deletes its data, and restores the base backup and the log up to this moment. */
  loseAndRestore(until: Date): Promise<void>
}

const owned = (folder: string): string => {
  const account = postgresAccount()
  mkdirSync(folder, { recursive: true })
  if (account) chownSync(folder, account.uid, account.gid)
  return folder
}

/** Restarts the Postgres of the stack with an archive; before services connect to it. */
export const archivedPostgres = async ({ postgres, urls }: Stack): Promise<ArchivedPostgres> => {
  const url = urls().databaseUrl
  const folder = owned(makeScratchFolder('archive'))
  const [archive, base] = [owned(join(folder, 'wal')), join(folder, 'base')]
  const query = <Row>(text: string): Promise<Row[]> =>
    withSession(url, async (client) => (await client.query<Row & object>(text)).rows)

  const [{ path } = { path: '' }] = await query<{ path: string }>(`select current_setting('data_directory') as path`)
  await query(`alter system set archive_mode = 'on'`)
  await query(`alter system set archive_command = 'test ! -f ${archive}/%f && cp %p ${archive}/%f'`)
  await postgres.restart()

  const restoreTo = async (moment: Date): Promise<void> => {
    await runCommand('cp', ['-a', base, path])
    appendFileSync(
      join(path, 'postgresql.auto.conf'),
      [
        `restore_command = 'cp ${archive}/%f %p'`,
        // The server refuses the letter Z as a time zone here.
        `recovery_target_time = '${moment.toISOString().replace('Z', '+00')}'`,
        `recovery_target_action = 'promote'`,
        '',
      ].join('\n'),
    )
    writeFileSync(join(path, 'recovery.signal'), '')
    await postgres.start()
    await until('the end of the recovery', async () => {
      const [row] = await query<{ on: boolean }>('select pg_is_in_recovery() as on')
      return row?.on === false
    })
  }

  return {
    // Without log files in the backup: as from the object store, they come from the archive.
    baseBackup: async () => {
      const args = ['-D', base, '-d', url, '--checkpoint=fast', '--wal-method=none']
      await runCommand(join(findPostgresBin() ?? '', 'pg_basebackup'), args, { cwd: folder, ...postgresAccount() })
    },
    now: async () => (await query<{ at: Date }>('select clock_timestamp() as at'))[0]?.at ?? new Date(),
    archiveAll: async () => {
      const [row] = await query<{ file: string }>('select pg_walfile_name(pg_switch_wal()) as file')
      await until('the last segment to be archived', async () => {
        const [{ last } = { last: null }] = await query<{ last: string | null }>(
          'select last_archived_wal as last from pg_stat_archiver',
        )
        return last !== null && row !== undefined && last >= row.file
      })
    },
    loseAndRestore: async (moment) => {
      await postgres.kill()
      rmSync(path, { recursive: true })
      await restoreTo(moment)
    },
    [Symbol.dispose]: () => removeScratchFolder(folder),
  }
}
