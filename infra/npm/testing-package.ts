import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OwnFields } from './packed-files.ts'
import { emitLoaded, writeDescription } from './packed-files.ts'

const root = new URL('../../', import.meta.url)
const index = 'index'
const folderOfModule = 'test/testing'

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
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write(`${index}.js`, `${exportLines('values').join('\n')}\n`)
  write(`${index}.d.ts`, `${[...exportLines('values'), ...exportLines('types')].join('\n')}\n`)
  const modules = Object.keys(exported).map((file) => `${folderOfModule}/${file}`)
  const dependencies = await emitLoaded(folder, [...modules, thread], [index, thread])
  const fields: OwnFields = {
    name: 'chat-testing',
    description: 'The chat service in containers for your tests, with fault switches, load and a checker',
    // The oldest version that testcontainers supports.
    engines: { node: '>=22.22' },
    exports: { '.': { types: `./${index}.d.ts`, default: `./${index}.js` }, './package.json': './package.json' },
    dependencies,
  }
  writeDescription(folder, fields, readFileSync(new URL(`${folderOfModule}/README.md`, root), 'utf8'))
  // The package reads the image names from the compose file.
  copyFileSync(new URL('docker-compose.yml', root), join(folder, 'docker-compose.yml'))
}
