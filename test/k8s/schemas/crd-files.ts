import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../../../infra/native/run-command.ts'
import type { ModuleCrds } from './sources.ts'
import { strimzi } from './sources.ts'

/** The folder of a Go module, which Go downloads if it is missing. */
export const moduleFolder = async (module: string): Promise<string> => {
  // A folder without its own Go module, so that the Go version of a dependency does not matter.
  const printed = await runCommand('go', ['mod', 'download', '-json', module], {
    cwd: tmpdir(),
    env: process.env as Record<string, string>,
  })
  return (JSON.parse(printed) as { readonly Dir: string }).Dir
}

/** The files of the CustomResourceDefinitions of a module. */
export const moduleCrdFiles = async ({ module, files }: ModuleCrds): Promise<readonly string[]> => {
  const root = await moduleFolder(module)
  return files.map((file) => join(root, file))
}

/** Creates Strimzi's CustomResourceDefinitions in a folder. Needs Maven and Java 17. */
export const createStrimziCrds = async (folder: string): Promise<readonly string[]> => {
  const pom = join(import.meta.dirname, 'strimzi-pom.xml')
  await runCommand('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}/libs`])
  const created = Object.entries(strimzi.classes).map(([file, name]) => `${name}=${join(folder, file)}`)
  await runCommand('java', ['-cp', `${folder}/libs/*`, strimzi.generator, '--yaml', ...created])
  return Object.keys(strimzi.classes).map((file) => join(folder, file))
}
