import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** The files and packages that a file loads. */
export interface Reachable {
  /** Files, relative to the folder. */
  readonly files: ReadonlySet<string>
  /** Names of packages, without those of Node. */
  readonly packages: ReadonlySet<string>
}

const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:^(?:import|export) (?:[^;]*? from )?|\bimport\()'([^']+)'/gm)].map(([, name = '']) => name)

const packageOf = (name: string): string => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name

/** The JavaScript files and packages that a file loads, directly and through others. */
export const reachableFrom = (folder: string, entry: string): Reachable => {
  const files = new Set([entry])
  const packages = new Set<string>()
  // A set also visits the values that are added during the iteration.
  for (const file of files) {
    for (const name of importsOf(readFileSync(join(folder, file), 'utf8'))) {
      if (name.startsWith('.')) files.add(normalize(join(dirname(file), name)))
      else if (!name.startsWith('node:')) packages.add(packageOf(name))
    }
  }
  return { files, packages }
}
