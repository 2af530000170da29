import { execFileSync } from 'node:child_process'
import { beforeAll, beforeEach } from 'vitest'
import { goProgram, installMs, isInstalled } from '../../../infra/native/go-program.ts'

type Command = readonly [string, ...string[]]

/** The oldest version that supports our components and `replacements`. */
const leastMajor = 5
const program = goProgram('sigs.k8s.io/kustomize/kustomize/v5@v5.7.1')

const printed = (command: string, ...args: string[]): string | undefined => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return undefined
  }
}

const isNewEnough = (version: string | undefined): boolean => Number(version?.match(/v(\d+)\./)?.[1] ?? 0) >= leastMajor

const kubectl = (): Command | undefined => {
  const answer = printed('kubectl', 'version', '--client', '-o', 'json')
  const { kustomizeVersion } = JSON.parse(answer ?? '{}') as { readonly kustomizeVersion?: string }
  return isNewEnough(kustomizeVersion) ? ['kubectl', 'kustomize'] : undefined
}

const kustomize = (command: string): Command | undefined =>
  isNewEnough(printed(command, 'version')) ? [command, 'build'] : undefined

let found: Command | undefined

/** The command that renders a folder of `k8s/`. */
const renderer = (): Command | undefined => {
  found ??= kubectl() ?? kustomize('kustomize') ?? kustomize(program.path)
  return found
}

const missing = 'needs kubectl 1.27 or newer, or kustomize 5, or Go to install it'

/** The YAML of a folder of `k8s/`. */
export const renderYaml = (folder: string): string => {
  const command = renderer()
  if (command === undefined) throw new Error(missing)
  const [name, ...args] = command
  return execFileSync(name, [...args, folder], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
}

/** Without a renderer Go installs kustomize; without Go the tests of the file are skipped, but fail under CI. */
export const needsRenderer = (): void => {
  beforeAll(async () => {
    if (renderer() === undefined) await isInstalled(program)
  }, installMs)
  beforeEach(({ skip }) => {
    if (!process.env.CI) skip(renderer() === undefined, missing)
  })
}
