import { chmodSync, copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emit } from './emit.ts'
import type { Manifest } from './packed-files.ts'
import { pinned, removeOthers } from './packed-files.ts'
import { reachableFrom } from './reachable.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** The program, and the files that it starts as processes and threads. */
const entries = ['test/load/load-tester', 'test/load/workers/worker-process', 'test/support/load/pace-thread']

const oldestNode = 22

/** The program states an unsupported version of Node before it loads files that such a version cannot load. */
const starter = `#!/usr/bin/env node
if (Number(process.versions.node.split('.')[0]) < ${oldestNode}) {
  process.stderr.write('chat-load needs Node ${oldestNode} or newer; this is ' + process.version + '.\\n')
  process.exit(2)
}
await import('./${entries[0]}.js')
`

/** The document without links and pictures that lead into the repository. */
const readmeOf = (text: string): string =>
  text
    .replaceAll(/^\[!\[.*\n+/gm, '')
    .replaceAll(/\[([^\]]+)\]\((?!https?:|#)[^)]+\)/g, '$1')
    .replaceAll('npm run load --', 'npx chat-load')
    .replace(/^# .*$/m, '# chat-load')

/** Lays out the package of the load tester, ready to be packed, in an empty folder. */
export const loadPackage = async (folder: string): Promise<void> => {
  await emit(
    entries.map((entry) => `${entry}.ts`),
    folder,
    '.',
  )
  const reached = entries.map((entry) => reachableFrom(folder, `${entry}.js`))
  removeOthers(folder, new Set(reached.flatMap(({ files }) => [...files])))
  for (const file of globSync('**/*.d.ts', { cwd: folder })) rmSync(join(folder, file))
  const manifest = JSON.parse(read('package.json')) as Manifest
  const packed = {
    name: 'chat-load',
    version: manifest.version,
    description: 'A load tester for the chat service that checks every received frame',
    license: manifest.license,
    type: 'module',
    engines: { node: `>=${oldestNode}` },
    bin: { 'chat-load': './chat-load.js' },
    exports: { './package.json': './package.json' },
    dependencies: pinned(new Set(reached.flatMap(({ packages }) => [...packages])), manifest),
  }
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  write('chat-load.js', starter)
  chmodSync(join(folder, 'chat-load.js'), 0o755)
  write('package.json', `${JSON.stringify(packed, null, 2)}\n`)
  write('README.md', readmeOf(read('test/load/README.md')))
  copyFileSync(new URL('LICENSE', root), join(folder, 'LICENSE'))
}
