import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { beforeEach } from 'vitest'

type Command = readonly [string, ...string[]]

/** The oldest version that supports our components and `replacements`. */
const leastMajor = 5
const module = 'sigs.k8s.io/kustomize/kustomize/v5@v5.7.1'
const cache = join(homedir(), '.cache/chat-native/bin')

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

const kustomize = (program: string): Command | undefined =>
  isNewEnough(printed(program, 'version')) ? [program, 'build'] : undefined

const installed = (): Command | undefined => {
  const program = join(cache, 'kustomize')
  if (!existsSync(program)) printed('env', `GOBIN=${cache}`, 'go', 'install', module)
  return kustomize(program)
}

let found: Command | undefined

/** The command that renders a folder of `k8s/`; without one, Go installs kustomize. */
const renderer = (): Command | undefined => {
  found ??= kubectl() ?? kustomize('kustomize') ?? installed()
  return found
}

const missing = 'needs kubectl 1.27 or newer, or kustomize 5, or Go to install it'

/** The YAML of a folder of `k8s/`. */
export const renderYaml = (folder: string): string => {
  const command = renderer()
  if (command === undefined) throw new Error(missing)
  const [program, ...args] = command
  return execFileSync(program, [...args, folder], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
}

/** Without a renderer the tests of the file are skipped, but fail under CI. */
export const needsRenderer = (): void => {
  beforeEach(({ skip }) => {
    if (!process.env.CI) skip(renderer() === undefined, missing)
  })
}
