import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emit } from './emit.ts'
import { reachableFrom } from './reachable.ts'

const root = new URL('../../', import.meta.url)

/** The fields of the project's package.json that packages repeat. */
interface Manifest {
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const projectManifest = (): Manifest => JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Manifest

/** The packages in the versions that they are tested with. */
const pinned = (packages: Iterable<string>, { dependencies, devDependencies }: Manifest): Record<string, string> => {
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
const removeOthers = (folder: string, files: ReadonlySet<string>): void => {
  for (const file of globSync('**/*.js', { cwd: folder })) if (!files.has(file)) rmSync(join(folder, file))
}

/**
 * Compiles modules with all that they import into an empty folder, and keeps the files that `entries` load. Modules are
 * named by their path without extension. Resolves with the packages to depend on.
 */
export const emitLoaded = async (
  folder: string,
  modules: readonly string[],
  entries: readonly string[] = modules,
): Promise<Record<string, string>> => {
  await emit(
    modules.map((module) => `${module}.ts`),
    folder,
    '.',
  )
  const reached = entries.map((entry) => reachableFrom(folder, `${entry}.js`))
  removeOthers(folder, new Set(reached.flatMap(({ files }) => [...files])))
  return pinned(new Set(reached.flatMap(({ packages }) => [...packages])), projectManifest())
}

/** The fields of a packed package.json in which packages differ. */
export interface OwnFields {
  readonly name: string
  readonly description: string
  readonly engines: { readonly node: string }
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: object
  readonly dependencies: Readonly<Record<string, string>>
}

/** Writes package.json, the document and the license. */
export const writeDescription = (folder: string, { name, ...fields }: OwnFields, readme: string): void => {
  const { version, license } = projectManifest()
  const packed = { name, version, license, type: 'module', ...fields }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`)
  writeFileSync(join(folder, 'README.md'), readme)
  copyFileSync(new URL('LICENSE', root), join(folder, 'LICENSE'))
}
