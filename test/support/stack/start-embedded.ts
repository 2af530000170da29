import type { Environment, Replica } from './replica.ts'
import { startService } from './replica.ts'
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.ts'

export interface EmbeddedChat extends Replica {
  readonly dataDir: string
}

/** The whole system as one process, in a folder of its own that goes with it; `DATA_DIR` names another that stays. */
export const startEmbedded = async (env: Environment = {}): Promise<EmbeddedChat> => {
  const scratch = makeScratchFolder('embedded')
  const dataDir = env.DATA_DIR ?? scratch
  try {
    const replica = await startService('embedded', {
      entry: 'services/embedded/main.ts',
      // Its database is made first, which takes its time on a machine that has much else to do.
      readyWithinMs: 110_000,
      // Most tests ask for no page, and it need not be built for them.
      env: { HOST: '127.0.0.1', WEB_PAGE: 'off', DATA_DIR: dataDir, ...env },
    })
    return Object.assign(replica, {
      dataDir,
      [Symbol.asyncDispose]: async () => {
        await replica.kill()
        removeScratchFolder(scratch)
      },
    })
  } catch (error) {
    removeScratchFolder(scratch)
    throw error
  }
}
