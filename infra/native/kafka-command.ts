import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const archive = 'classes.jsa'

/** All jars in a fixed order: a class archive is valid only for the class path with which it was made. */
const classPath = (home: string): string =>
  readdirSync(join(home, 'libs'))
    .sort()
    .map((jar) => `libs/${jar}`)
    .join(':')

/** The arguments of `java`, which must run in Kafka's folder. */
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

/** Writes an archive of the loaded classes when the JVM exits. */
export const makeClassArchive = [`-XX:ArchiveClassesAtExit=${archive}`]

/** Halves the start time if the same JVM has made the archive; other JVMs ignore it. */
export const useClassArchive = (home: string): string[] =>
  existsSync(join(home, archive)) ? [`-XX:SharedArchiveFile=${archive}`, '-Xlog:cds=off'] : []
