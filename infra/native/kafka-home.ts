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

/** The folder of the pinned version, in the user's cache unless said otherwise. */
export const kafkaHomeIn = (cacheFolder = join(homedir(), '.cache/chat-native')): string =>
  join(cacheFolder, `kafka-${kafkaVersion()}`)

/** A folder that is there is whole: it gets its name as the last step. */
export const hasKafka = (home: string): boolean => existsSync(home)

const fetchJars = (mvn: string, libs: string): Promise<string> =>
  runCommand(mvn, ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${libs}`])

/** What interrupted installs left; nobody else is at work while the install's lock is held. */
const removeDrafts = (home: string): void => {
  for (const name of readdirSync(dirname(home))) {
    if (!name.startsWith(`${basename(home)}.draft-`)) continue
    rmSync(join(dirname(home), name), { recursive: true, force: true })
  }
}

/**
 * Fetches Kafka's jars with Maven and prepares them for quick starts. Beside
 * the final folder first, so that an interrupted install leaves nothing that
 * looks like a whole one. To be called by one at a time.
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
    // Another machine on a shared cache may have been quicker: its folder serves as well.
    if (!hasKafka(home)) throw error
  }
}
