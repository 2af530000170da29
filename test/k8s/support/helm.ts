import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, beforeEach } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { goProgram, installMs, isInstalled } from '../../../infra/native/go-program.ts'
import { projectFolder } from '../../support/stack/replica.ts'
import type { KubernetesObject } from './objects.ts'

const program = goProgram('helm.sh/helm/v3/cmd/helm@v3.22.0')

export const chartFolder = join(projectFolder, 'k8s/chart')
export const productionValues = ['--values', join(chartFolder, 'values-production.yaml')]

const options = { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 } as const

/** A helm that Go installs assumes a cluster of an old version. */
const versionFlags = (command: string | undefined): readonly string[] =>
  command === 'template' || command === 'lint' ? ['--kube-version', '1.34.0'] : []

/** The standard output of a helm command; throws if it fails. */
export const helm = (...args: string[]): string =>
  execFileSync(program.path, [...args, ...versionFlags(args[0])], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })

/** As `helm`, without blocking this process. */
export const helmLater = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)(program.path, [...args, ...versionFlags(args[0])], options)).stdout

/** The error output of a helm command that must fail. */
export const helmError = (...args: string[]): string => {
  const { status, stderr } = spawnSync(program.path, [...args, ...versionFlags(args[0])], options)
  if (status === 0) throw new Error(`helm ${args.join(' ')} succeeded`)
  return stderr
}

/** The objects of a rendered chart. */
export const objectsOf = (yaml: string): readonly KubernetesObject[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null)

/** The objects of the chart with these flags, without those of `helm test`. */
export const chartObjects = (namespace: string, ...flags: string[]): readonly KubernetesObject[] =>
  objectsOf(helm('template', 'chat', chartFolder, '--namespace', namespace, '--skip-tests', ...flags))

const missing = 'needs Go 1.26 or newer to install helm'

/** Go installs helm. Without Go the tests of the file are skipped, but fail under CI. */
export const needsHelm = (): void => {
  let isThere = false
  beforeAll(async () => {
    isThere = await isInstalled(program)
    if (!isThere && process.env.CI) throw new Error(missing)
  }, installMs)
  beforeEach(({ skip }) => skip(!isThere, missing))
}
