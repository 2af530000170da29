import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

export const projectFolder = resolve(import.meta.dirname, '../..')

/** All that the built page depends on, besides packages. */
const sources = ['services/web/src', 'services/web/build.ts', 'shared/client', 'shared/protocol', 'shared/domain']

/** Pinned in `package.json`, which lies wherever the page is served; a lock file does not. */
const packages = ['@preact/signals', 'preact', 'vite', 'zod']

const versionsIn = (folder: string): string => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const pinned = { ...dependencies, ...devDependencies }
  return packages.map((name) => `${name}@${pinned[name]}`).join()
}

const filesIn = (path: string): string[] => {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true })
  // Documents are not built, and images are made without them.
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
}

const filesOf = (path: string): string[] => (/\.\w+$/.test(path) ? [path] : filesIn(path))

/** Names the state of the page's sources: another hash, another page. */
export const sourceHash = (folder = projectFolder): string => {
  const hash = createHash('sha256').update(versionsIn(folder))
  const files = sources.flatMap((path) => filesOf(join(folder, path))).sort()
  for (const file of files)
    hash
      .update(`${relative(folder, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  return hash.digest('hex').slice(0, 16)
}
