import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder, in the user's cache, for artefacts that take long to build and do not change. */
export const cacheFolder = join(homedir(), '.cache/chat-docker')
