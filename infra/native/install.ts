import { installPackages } from './debian.ts'
import { hasKafka, installKafka, kafkaHomeIn } from './kafka-home.ts'
import { withLock } from './lock.ts'
import type { NativeTools } from './tools.ts'
import { findJava, findPostgresBin, findProgram } from './tools.ts'

export interface InstallOptions {
  /** Where Kafka's jars are kept; `~/.cache/chat-native` when absent. */
  readonly cacheFolder?: string | undefined
  /** Told what is being installed, a line at a time; stderr when absent. */
  readonly say?: (line: string) => void
}

const sayOnStderr = (line: string): void => {
  process.stderr.write(`native: ${line}\n`)
}

/** What is there already; undefined when anything is missing. */
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

const fetchKafka = async (kafkaHome: string, say: (line: string) => void): Promise<void> => {
  const java = findJava()
  const mvn = findProgram('mvn')
  if (hasKafka(kafkaHome) || !java || !mvn) return
  say(`fetching Apache Kafka with Maven into ${kafkaHome}`)
  await installKafka(kafkaHome, mvn, java)
}

/** Kafka's jars alone, without a server to go with them; gives their home. */
export const installKafkaJars = async (options: InstallOptions = {}): Promise<string> => {
  const say = options.say ?? sayOnStderr
  const home = kafkaHomeIn(options.cacheFolder)
  if (hasKafka(home)) return home
  return withLock('install', async () => {
    const packages = missingPackages(home).filter((name) => name === 'maven' || name.includes('jre'))
    if (packages.length > 0) await installPackages(packages, say)
    await fetchKafka(home, say)
    return home
  })
}

const installMissing = async (kafkaHome: string, say: (line: string) => void): Promise<void> => {
  const packages = missingPackages(kafkaHome)
  if (packages.length > 0) await installPackages(packages, say)
  await fetchKafka(kafkaHome, say)
}

/**
 * Sees to it that PostgreSQL, Redis and Kafka can be started here as plain processes.
 *
 * Promises:  touches nothing, in a few milliseconds, where all is there; two
 *            at once wait for each other; an interrupted one can be run again.
 * Does not:  start anything, nor install Debian packages when not root: it throws
 *            a sentence that names them.
 */
export const install = async (options: InstallOptions = {}): Promise<NativeTools> => {
  const say = options.say ?? sayOnStderr
  const kafkaHome = kafkaHomeIn(options.cacheFolder)
  const found = findTools(kafkaHome)
  if (found) return found
  return withLock(
    'install',
    async () => {
      if (!findTools(kafkaHome)) await installMissing(kafkaHome, say)
      const tools = findTools(kafkaHome)
      if (!tools) throw new Error('some of what was to be installed is still missing')
      return tools
    },
    () => say('waiting for another install to end'),
  )
}
