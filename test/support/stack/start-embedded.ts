import type { Environment, Replica } from './replica.ts'
import { startService } from './replica.ts'
import { makeScratchFolder, removeScratchFolder } from './scratch-folder.ts'

export interface EmbeddedChat extends Replica {
  readonly dataDir: string
}

/** Starts the embedded service on a new data folder that is removed with it; a folder named by `DATA_DIR` is kept. */
export const startEmbedded = async (env: Environment = {}): Promise<EmbeddedChat> => {
  const scratch = makeScratchFolder('embedded')
  const dataDir = env.DATA_DIR ?? scratch
  try {
    const replica = await startService('embedded', {
      entry: 'services/embedded/main.ts',
      // The first start creates the database, which takes long on a busy machine.
      readyWithinMs: 110_000,
      // Most tests do not use the page, so it is not built.
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
