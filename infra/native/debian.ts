import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ReportProgress } from './report-progress.ts'
import { runCommand } from './run-command.ts'

/** Debian runs this file before it starts a newly installed service; exit code 101 prevents the start. */
const policy = '/usr/sbin/policy-rc.d'
const clusterDefaults = '/etc/postgresql-common/createcluster.conf'

const withoutServiceStart = async (work: () => Promise<void>): Promise<void> => {
  // An existing policy is kept: container images have one that prevents starts.
  if (existsSync(policy)) return work()
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await work()
  } finally {
    rmSync(policy, { force: true })
  }
}

/** Prevents the cluster that Debian creates on installation, which is not needed. */
const disableMainCluster = (): void => {
  if (existsSync(clusterDefaults)) return
  mkdirSync(dirname(clusterDefaults), { recursive: true })
  writeFileSync(clusterDefaults, 'create_main_cluster = false\n')
}

const aptGet = (...args: string[]): Promise<string> =>
  runCommand('env', [
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-y',
    '-o',
    'DPkg::Lock::Timeout=300',
    '-o',
    'Dpkg::Options::=--force-confold',
    ...args,
  ])

/**
 * Installs Debian packages, without starting their services. Throws an error
 * that names the packages where the user is not root or the system not Debian.
 */
export const installPackages = async (packages: readonly string[], report: ReportProgress): Promise<void> => {
  const list = packages.join(' ')
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`These Debian packages are missing; install them as root, or run this as root: ${list}`)
  }
  report(`installing Debian packages: ${list}`)
  await aptGet('update')
  await withoutServiceStart(async () => {
    disableMainCluster()
    await aptGet('install', '--no-install-recommends', ...packages)
  })
}
