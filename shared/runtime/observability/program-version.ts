import { readFileSync } from 'node:fs'

const read = (): string => {
  try {
    const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
    return (JSON.parse(text) as { readonly version?: string }).version ?? 'unknown'
  } catch {
    // A package that contains only a part of the project has no such file.
    return 'unknown'
  }
}

/** The version of the project. */
export const programVersion = read()
