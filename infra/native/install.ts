import { installPackages } from './debian.ts'
import { hasKafka, installKafka, kafkaHomeIn } from './kafka-home.ts'
import { withLock } from './lock.ts'
import type { ReportProgress } from './report-progress.ts'
import type { NativeTools } from './tools.ts'
import { findJava, findPostgresBin, findProgram } from './tools.ts'

/** Options of `install`. */
export interface InstallOptions {
  /** The folder of Kafka's jars; `~/.cache/chat-native` if absent. */
  readonly cacheFolder?: string | undefined
  /** Receives lines of progress; stderr if absent. */
  readonly report?: ReportProgress
}

const printToStderr = (line: string): void => {
  process.stderr.write(`native: ${line}\n`)
}

/** The installed tools; undefined if any is missing. */
const findTools = (kafkaHome: string): NativeTools | undefined => {
  const postgresBin = findPostgresBin()
  const redisServer = findProgram('redis-server')
  const redisCli = findProgram('redis-cli')
  const java = findJava()
  if (!postgresBin || !redisServer || !redisCli || !java || !hasKafka(kafkaHome)) return undefined
  return { postgresBin, redisServer, redisCli, java, kafkaHome }
}

const missingPackages = (kafkaHome: string): string[] => {
  const missing = {
    postgresql: !findPostgresBin(),
    'redis-server': !findProgram('redis-server') || !findProgram('redis-cli'),
    // 17 on Debian 12, newer on later ones; Kafka needs 17.
    'default-jre-headless': !findJava(),
    maven: !hasKafka(kafkaHome) && !findProgram('mvn'),
  }
  return Object.entries(missing).flatMap(([name, isMissing]) => (isMissing ? [name] : []))
}

const fetchKafka = async (kafkaHome: string, report: ReportProgress): Promise<void> => {
  const java = findJava()
  const mvn = findProgram('mvn')
  if (hasKafka(kafkaHome) || !java || !mvn) return
  report(`fetching Apache Kafka with Maven into ${kafkaHome}`)
  await installKafka(kafkaHome, mvn, java)
}

/** Installs only Kafka's jars; returns their folder. */
export const installKafkaJars = async (options: InstallOptions = {}): Promise<string> => {
  const report = options.report ?? printToStderr
  const home = kafkaHomeIn(options.cacheFolder)
  if (hasKafka(home)) return home
  return withLock('install', async () => {
    const packages = missingPackages(home).filter((name) => name === 'maven' || name.includes('jre'))
    if (packages.length > 0) await installPackages(packages, report)
    await fetchKafka(home, report)
    return home
  })
}

const installMissing = async (kafkaHome: string, report: ReportProgress): Promise<void> => {
  const packages = missingPackages(kafkaHome)
  if (packages.length > 0) await installPackages(packages, report)
  await fetchKafka(kafkaHome, report)
}

/**
 * Installs missing programs, so that PostgreSQL, Redis and Kafka can be started as plain processes.
 *
 * Promises:  changes nothing, in a few milliseconds, if all is installed;
 *            concurrent calls wait for each other; an interrupted call can be
 *            repeated.
 * Does not:  start a server. Rejects with the names of missing Debian packages
 *            if the user is not root.
 */
export const install = async (options: InstallOptions = {}): Promise<NativeTools> => {
  const report = options.report ?? printToStderr
  const kafkaHome = kafkaHomeIn(options.cacheFolder)
  const found = findTools(kafkaHome)
  if (found) return found
  return withLock(
    'install',
    async () => {
      if (!findTools(kafkaHome)) await installMissing(kafkaHome, report)
      const tools = findTools(kafkaHome)
      if (!tools) throw new Error('some tools are still missing after the installation')
      return tools
    },
    () => report('waiting for another install to end'),
  )
}
