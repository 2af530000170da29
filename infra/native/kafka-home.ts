import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { prepareKafka } from './kafka-prepare.ts'
import { runCommand } from './run-command.ts'

const pom = join(import.meta.dirname, 'kafka/pom.xml')

const kafkaVersion = (): string => {
  const found = /<kafka\.version>([^<]+)</.exec(readFileSync(pom, 'utf8'))
  if (!found?.[1]) throw new Error('kafka/pom.xml names no kafka.version')
  return found[1]
}

/** The folder of the pinned version, by default in the user's cache. */
export const kafkaHomeIn = (cacheFolder = join(homedir(), '.cache/chat-native')): string =>
  join(cacheFolder, `kafka-${kafkaVersion()}`)

/** Whether Kafka is installed. An existing folder is complete, because it is renamed in the last step. */
export const hasKafka = (home: string): boolean => existsSync(home)

const fetchJars = (mvn: string, libs: string): Promise<string> =>
  runCommand(mvn, ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${libs}`])

/** Removes the folders of interrupted installations. Call it only inside the installation lock. */
const removeDrafts = (home: string): void => {
  for (const name of readdirSync(dirname(home))) {
    if (!name.startsWith(`${basename(home)}.draft-`)) continue
    rmSync(join(dirname(home), name), { recursive: true, force: true })
  }
}

/**
 * Fetches Kafka's jars with Maven and prepares them for quick starts, in a
 * temporary folder that is renamed at the end, so that an interrupted
 * installation is never taken for a complete one. Not for concurrent calls.
 */
export const installKafka = async (home: string, mvn: string, java: string): Promise<void> => {
  mkdirSync(dirname(home), { recursive: true })
  removeDrafts(home)
  const draft = mkdtempSync(`${home}.draft-`)
  try {
    await fetchJars(mvn, join(draft, 'libs'))
    await prepareKafka(draft, java)
    renameSync(draft, home)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    // Another machine with the same cache may have installed it meanwhile.
    if (!hasKafka(home)) throw error
  }
}
