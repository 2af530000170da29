import { globSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** The fields of the project's package.json that packages repeat. */
export interface Manifest {
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** The packages in the versions that they are tested with. */
export const pinned = (packages: Iterable<string>, { dependencies, devDependencies }: Manifest): Record<string, string> => {
  const versions = { ...dependencies, ...devDependencies }
  return Object.fromEntries(
    [...packages].sort().map((name) => {
      const version = versions[name]
      if (version === undefined) throw new Error(`package.json has no ${name}, which a package imports`)
      return [name, version]
    }),
  )
}

/** Removes all other JavaScript files: the compiler also emits files that are imported for their types only. */
export const removeOthers = (folder: string, files: ReadonlySet<string>): void => {
  for (const file of globSync('**/*.js', { cwd: folder })) if (!files.has(file)) rmSync(join(folder, file))
}
