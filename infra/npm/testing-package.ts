import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emit } from './emit.ts'
import type { Manifest } from './packed-files.ts'
import { pinned, removeOthers } from './packed-files.ts'
import { reachableFrom } from './reachable.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const index = 'index.js'
const folderOfModule = 'test/support/testing'

/** The exports of `chat-testing`: per file, its classes and its types. */
const exported: Readonly<Record<string, { readonly values?: string; readonly types?: string }>> = {
  'chat-stack': { values: 'ChatStack' },
  'chat-container': { values: 'ChatContainer', types: 'StartedChatContainer' },
  'started-chat-stack': { types: 'LoadSize, RecordedLoad, StartedChatStack' },
}

/** The file that the load starts as a thread. */
const thread = 'test/support/load/pace-thread'

const exportLines = (kind: 'values' | 'types'): string[] =>
  Object.entries(exported).flatMap(([file, names]) => {
    const named = names[kind]
    const keyword = kind === 'types' ? 'export type' : 'export'
    return named === undefined ? [] : [`${keyword} { ${named} } from './${folderOfModule}/${file}.js'`]
  })

/** Lays out the package of the Testcontainers module, ready to be packed, in an empty folder. */
export const testingPackage = async (folder: string): Promise<void> => {
  const entries = Object.keys(exported).map((file) => `${folderOfModule}/${file}.ts`)
  await emit([...entries, `${thread}.ts`], folder, '.')
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write(index, `${exportLines('values').join('\n')}\n`)
  write('index.d.ts', `${[...exportLines('values'), ...exportLines('types')].join('\n')}\n`)
  const reached = [index, `${thread}.js`].map((entry) => reachableFrom(folder, entry))
  removeOthers(folder, new Set(reached.flatMap(({ files }) => [...files])))
  const manifest = JSON.parse(read('package.json')) as Manifest
  const packed = {
    name: 'chat-testing',
    version: manifest.version,
    description: 'The chat service in containers for your tests, with fault switches, load and a checker',
    license: manifest.license,
    type: 'module',
    // The oldest version that testcontainers supports.
    engines: { node: '>=22.22' },
    exports: { '.': { types: './index.d.ts', default: `./${index}` }, './package.json': './package.json' },
    dependencies: pinned(new Set(reached.flatMap(({ packages }) => [...packages])), manifest),
  }
  write('package.json', `${JSON.stringify(packed, null, 2)}\n`)
  write('README.md', read(`${folderOfModule}/README.md`))
  // The package reads the image names from the compose file.
  for (const name of ['LICENSE', 'docker-compose.yml']) copyFileSync(new URL(name, root), join(folder, name))
}
