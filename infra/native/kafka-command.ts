import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const archive = 'classes.jsa'

/** Named one by one in a fixed order: a class archive is only good for the class path it was made with. */
const classPath = (home: string): string =>
  readdirSync(join(home, 'libs'))
    .sort()
    .map((jar) => `libs/${jar}`)
    .join(':')

/** The arguments for `java`, to be run in Kafka's home. */
export const kafkaArguments = (
  home: string,
  mainClass: string,
  args: readonly string[],
  jvmOptions: readonly string[] = [],
): string[] => [
  '-Xmx512m',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
  ...jvmOptions,
  '-cp',
  classPath(home),
  mainClass,
  ...args,
]

/** Writes the archive of the classes that a run loaded, when that run ends. */
export const makeClassArchive = [`-XX:ArchiveClassesAtExit=${archive}`]

/** Halves the start, where the archive was made by this very JVM; any other JVM ignores it. */
export const useClassArchive = (home: string): string[] =>
  existsSync(join(home, archive)) ? [`-XX:SharedArchiveFile=${archive}`, '-Xlog:cds=off'] : []
