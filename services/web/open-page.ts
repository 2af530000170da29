import type { Logger } from '../../shared/runtime/observability/logger.ts'
import { buildPage } from './build.ts'
import type { ServePage, ServePageOptions } from './serve-page.ts'
import { servePage } from './serve-page.ts'

/**
 * The chat page, built if that is necessary. Undefined if the build fails:
 * the reason is logged, and the service runs without the page.
 */
export const openPage = async (log: Logger, options: ServePageOptions): Promise<ServePage | undefined> => {
  try {
    return servePage(await buildPage((line) => log.info(line)), options)
  } catch (error) {
    log.warn({ error: error instanceof Error ? error.message : String(error) }, 'the chat page cannot be built')
    return undefined
  }
}
