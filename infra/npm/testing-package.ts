import { copyFileSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emit } from './emit.ts'

const root = new URL('../../', import.meta.url)
const entry = 'test/testing/chat-stack'
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

interface Manifest {
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** The packages that a file imports, without those of Node. */
const packagesOf = (text: string): string[] =>
  [...text.matchAll(/^(?:import|export) [^;]*? from '([^.][^']*)'/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('node:'))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name)

/** What the laid out files import, in the versions that they are tested with. */
const dependenciesOf = (folder: string, { dependencies, devDependencies }: Manifest): Record<string, string> => {
  const versions = { ...dependencies, ...devDependencies }
  const texts = globSync('**/*.js', { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8'))
  return Object.fromEntries(
    [...new Set(texts.flatMap(packagesOf))].sort().map((name) => {
      const version = versions[name]
      if (version === undefined) throw new Error(`package.json has no ${name}, which chat-testing imports`)
      return [name, version]
    }),
  )
}

/** Lays out the package of the Testcontainers module, ready to be packed, in an empty folder. */
export const testingPackage = async (folder: string): Promise<void> => {
  await emit([`${entry}.ts`, 'infra/kafka/kafkajs-patches/kafkajs-internals.d.ts'], folder, '.')
  const manifest = JSON.parse(read('package.json')) as Manifest
  const packed = {
    name: 'chat-testing',
    version: manifest.version,
    description: 'The chat service in containers for your tests, with fault switches, load and a checker',
    license: manifest.license,
    type: 'module',
    engines: { node: '>=24' },
    exports: { '.': { types: `./${entry}.d.ts`, default: `./${entry}.js` }, './package.json': './package.json' },
    dependencies: dependenciesOf(folder, manifest),
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`)
  writeFileSync(join(folder, 'README.md'), read('test/testing/README.md'))
  // It names the images.
  for (const name of ['LICENSE', 'docker-compose.yml']) copyFileSync(new URL(name, root), join(folder, name))
}
