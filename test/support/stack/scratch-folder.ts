import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Creates a folder for data and logs, which the user `postgres` may traverse. */
export const makeScratchFolder = (kind: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `chat-${kind}-`))
  chmodSync(folder, 0o711)
  return folder
}

/** Removes it, unless `STACK_KEEP=1` keeps it for inspection. */
export const removeScratchFolder = (folder: string): void => {
  if (process.env.STACK_KEEP) process.stderr.write(`stack: data and logs are kept in ${folder}\n`)
  else rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
