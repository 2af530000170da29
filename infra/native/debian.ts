import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { runCommand } from './run-command.ts'

/** Debian asks this file before it starts a service that was just installed; 101 says no. */
const policy = '/usr/sbin/policy-rc.d'
const clusterDefaults = '/etc/postgresql-common/createcluster.conf'

const withServicesHeldBack = async (work: () => Promise<void>): Promise<void> => {
  // A policy that is there already is somebody's decision: containers come with one that says no.
  if (existsSync(policy)) return work()
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await work()
  } finally {
    rmSync(policy, { force: true })
  }
}

/** Debian makes a cluster of its own on install, which would only take time and room. */
const forgoMainCluster = (): void => {
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
 * Installs Debian packages, as root on a Debian only; says which ones are
 * missing otherwise. None of their services is started.
 */
export const installPackages = async (packages: readonly string[], say: (line: string) => void): Promise<void> => {
  const list = packages.join(' ')
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`These Debian packages are missing; install them as root, or run this as root: ${list}`)
  }
  say(`installing Debian packages: ${list}`)
  await aptGet('update')
  await withServicesHeldBack(async () => {
    forgoMainCluster()
    await aptGet('install', '--no-install-recommends', ...packages)
  })
}
