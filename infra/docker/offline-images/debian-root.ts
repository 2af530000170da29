import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installPackages } from '../../native/debian.ts'
import type { ReportProgress } from '../../native/report-progress.ts'
import { runCommand } from '../../native/run-command.ts'
import { cacheFolder } from '../cache-folder.ts'

const suite = 'trixie'
const usualMirror = 'http://deb.debian.org/debian'

/** The base image of every stand-in. */
export const debianImage = 'chat-offline/debian'

const archive = join(cacheFolder, `debian-${suite}-${process.arch}.tar`)

const aptSettings = 'Acquire::Languages "none";\nAPT::Install-Recommends "false";\n'
const dpkgSettings = ['doc', 'locale', 'lintian'].map((name) => `path-exclude=/usr/share/${name}/*\n`).join('')
/** Folders that are recreated when needed, or that no server reads. */
const superfluous = ['var/cache/apt', 'var/lib/apt/lists', 'var/log', 'usr/share/doc', 'usr/share/locale']

const slim = (root: string): void => {
  writeFileSync(join(root, 'etc/apt/apt.conf.d/90offline-images'), aptSettings)
  writeFileSync(join(root, 'etc/dpkg/dpkg.cfg.d/90offline-images'), dpkgSettings)
  for (const folder of superfluous) {
    rmSync(join(root, folder), { recursive: true, force: true })
    mkdirSync(join(root, folder), { recursive: true })
  }
}

/** Builds the archive in a temporary folder and renames it, so that an interrupted build is never taken for a complete one. */
const makeArchive = async (report: ReportProgress): Promise<void> => {
  if (!existsSync('/usr/sbin/debootstrap')) await installPackages(['debootstrap'], report)
  report(`making a Debian root (${suite})`)
  mkdirSync(dirname(archive), { recursive: true })
  const draft = mkdtempSync(`${archive}.draft-`)
  try {
    const root = join(draft, 'root')
    const mirror = process.env.DEBIAN_MIRROR ?? usualMirror
    await runCommand('debootstrap', ['--variant=minbase', '--include=ca-certificates', suite, root, mirror])
    slim(root)
    await runCommand('tar', ['-C', root, '--numeric-owner', '--exclude=./dev/*', '-cf', join(draft, 'root.tar'), '.'])
    renameSync(join(draft, 'root.tar'), archive)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** Imports the base image and resolves with its id. The archive is cached; delete it to build a new one. */
export const debianRoot = async (report: ReportProgress): Promise<string> => {
  if (!existsSync(archive)) await makeArchive(report)
  const known = await runCommand('docker', ['images', '--quiet', '--no-trunc', debianImage])
  if (known.trim() !== '') return known.trim()
  report(`importing it as ${debianImage}`)
  const id = await runCommand('docker', ['import', '--change', 'ENV DEBIAN_FRONTEND=noninteractive', archive, debianImage])
  return id.trim()
}
