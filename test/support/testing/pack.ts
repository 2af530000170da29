import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runCommand } from '../../../infra/native/run-command.ts'

/** Makes `dist/chat-testing-<version>.tgz`: JavaScript with types, because Node runs no TypeScript inside node_modules. */

const projectFolder = resolve(import.meta.dirname, '../../..')
const distFolder = join(projectFolder, 'dist')
const packageFolder = join(distFolder, 'chat-testing')

interface Manifest {
  readonly version: string
  readonly license: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const manifest = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as Manifest

/** The packages that the emitted files import, in the versions that they are tested with. */
const dependencies = (): Record<string, string> => {
  const versions = { ...manifest.dependencies, ...manifest.devDependencies }
  const texts = globSync('**/*.js', { cwd: packageFolder }).map((file) => readFileSync(join(packageFolder, file), 'utf8'))
  const imported = texts.flatMap((text) => [...text.matchAll(/^import .*? from '([^.][^']*)'/gms)].map(([, name = '']) => name))
  const packages = imported.filter((name) => !name.startsWith('node:')).map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name)
  return Object.fromEntries(
    [...new Set(packages)].sort().map((name) => {
      const version = versions[name]
      if (version === undefined) throw new Error(`package.json has no ${name}, which chat-testing imports`)
      return [name, version]
    }),
  )
}

const entry = 'test/support/testing/chat-stack'

const packageManifest = (): object => ({
  name: 'chat-testing',
  version: manifest.version,
  description: 'The chat service in containers for your tests, with fault switches, load and a checker',
  license: manifest.license,
  type: 'module',
  engines: { node: '>=24' },
  exports: { '.': { types: `./${entry}.d.ts`, default: `./${entry}.js` } },
  dependencies: dependencies(),
})

const main = async (): Promise<void> => {
  rmSync(packageFolder, { recursive: true, force: true })
  mkdirSync(packageFolder, { recursive: true })
  const compiler = join(projectFolder, 'node_modules/.bin/tsc')
  await runCommand(compiler, ['--project', import.meta.dirname], { cwd: projectFolder })
  for (const file of ['LICENSE', 'docker-compose.yml']) copyFileSync(join(projectFolder, file), join(packageFolder, file))
  copyFileSync(join(import.meta.dirname, 'README.md'), join(packageFolder, 'README.md'))
  writeFileSync(join(packageFolder, 'package.json'), `${JSON.stringify(packageManifest(), null, 2)}\n`)
  const packed = await runCommand('npm', ['pack', '--silent', '--pack-destination', distFolder], { cwd: packageFolder })
  process.stdout.write(`dist/${packed.trim()}\n`)
}

await main()
