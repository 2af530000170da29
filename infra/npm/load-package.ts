import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OwnFields } from './packed-files.ts'
import { emitLoaded, writeDescription } from './packed-files.ts'

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
  const dependencies = await emitLoaded(folder, entries)
  for (const file of globSync('**/*.d.ts', { cwd: folder })) rmSync(join(folder, file))
  writeFileSync(join(folder, 'chat-load.js'), starter, { mode: 0o755 })
  const fields: OwnFields = {
    name: 'chat-load',
    description: 'A load tester for the chat service that checks every received frame',
    engines: { node: `>=${oldestNode}` },
    bin: { 'chat-load': './chat-load.js' },
    exports: { './package.json': './package.json' },
    dependencies,
  }
  writeDescription(folder, fields, readmeOf(readFileSync(new URL('../../test/load/README.md', import.meta.url), 'utf8')))
}
