import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The files of a folder and its subfolders, as paths relative to it. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
