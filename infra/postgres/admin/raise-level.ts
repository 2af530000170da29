import { supportedLevel } from '../../../shared/protocol/feature-level.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { levelOf, raiseToSupported } from '../connection/feature-level.ts'
import { assertSchema } from '../connection/schema-version.ts'
import { withAdminConnection } from './admin-connection.ts'

/** Reports the store's feature level and the level that this version supports. */
export const showLevel = (url: string, log: Log): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    await assertSchema(pool)
    log.info({ level: await levelOf(pool), supported: supportedLevel }, 'feature level of the store')
  })

/**
 * Raises the store's feature level to the one that this version supports. From
 * then on gateways accept the events and fields of that level, and a process of
 * an older version refuses to start.
 *
 * Does not:  check which versions run; every writer and gateway must support
 *            the level before. Lowers nothing: fails where the store's level
 *            is higher.
 */
export const raiseLevel = (url: string, log: Log): Promise<void> =>
  withAdminConnection(url, log, async ({ pool }) => {
    await assertSchema(pool)
    const before = await levelOf(pool)
    await raiseToSupported(pool)
    log.info(
      { before, level: await levelOf(pool) },
      before === supportedLevel ? 'feature level unchanged' : 'feature level raised',
    )
  })
