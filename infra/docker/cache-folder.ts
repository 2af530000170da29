import { homedir } from 'node:os'
import { join } from 'node:path'

/** What takes long to make and does not change: in the user's cache. */
export const cacheFolder = join(homedir(), '.cache/chat-docker')
