import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installKafkaJars } from '../../native/install.ts'
import type { ReportProgress } from '../../native/report-progress.ts'
import { runCommand } from '../../native/run-command.ts'
import { cacheFolder } from '../cache-folder.ts'
import { projectFolder } from '../pinned-images.ts'

/** Adds files to the build context of a stand-in; resolves with a text that changes with their content. */
export type Supplement = (context: string, report: ReportProgress) => Promise<string>

const npmVersion = '11.21.2'

/** The Node that `npm ci` has installed, which needs only libc and libstdc++; else the Node of this process. */
const nodeProgram = (): string => {
  const brought = join(projectFolder, `node_modules/node-linux-${process.arch}/bin/node`)
  return existsSync(brought) ? brought : process.execPath
}

const npmFolder = async (): Promise<string> => {
  const folder = join(cacheFolder, `npm-${npmVersion}`)
  if (existsSync(folder)) return folder
  const draft = `${folder}.draft`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true })
  const packed = await runCommand('npm', ['pack', '--silent', `npm@${npmVersion}`], { cwd: draft })
  await runCommand('tar', ['-xzf', packed.trim()], { cwd: draft })
  renameSync(join(draft, 'package'), folder)
  rmSync(draft, { recursive: true, force: true })
  return folder
}

const certificates = (): string => {
  const { NODE_EXTRA_CA_CERTS, SSL_CERT_FILE } = process.env
  const candidates = [NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, '/etc/ssl/certs/ca-certificates.crt']
  const file = candidates.find((each) => each !== undefined && existsSync(each))
  return file === undefined ? '' : readFileSync(file, 'utf8')
}

/** Adds Node, npm and the certificate authorities of this machine. */
export const nodeSupplement: Supplement = async (context) => {
  const trusted = certificates()
  writeFileSync(join(context, 'certificates.crt'), trusted)
  cpSync(await npmFolder(), join(context, 'npm'), { recursive: true })
  cpSync(nodeProgram(), join(context, 'node'))
  const version = await runCommand(nodeProgram(), ['--version'])
  return [version, npmVersion, trusted].join('\n')
}

/** Adds Kafka's jars. */
export const kafkaSupplement: Supplement = async (context, report) => {
  const home = await installKafkaJars({ report })
  cpSync(join(home, 'libs'), join(context, 'libs'), { recursive: true })
  return home
}
