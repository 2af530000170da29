import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The paths of the programs that start the servers. */
export interface NativeTools {
  /** The folder with `initdb` and `postgres`. */
  readonly postgresBin: string
  readonly redisServer: string
  readonly redisCli: string
  readonly java: string
  /** The folder with Kafka's `libs/`, the formatted log folder and the class archive. */
  readonly kafkaHome: string
}

const programFolders = ['/usr/local/bin', '/usr/bin', '/bin']
const postgresVersions = '/usr/lib/postgresql'
const oldestPostgres = 15
const oldestJava = 17

const listed = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

/** The path of a program in the usual folders; undefined if it is missing. */
export const findProgram = (name: string): string | undefined =>
  programFolders.map((folder) => join(folder, name)).find((path) => existsSync(path))

/** The folder of the newest installed PostgreSQL; a `postgres` on the PATH may not match its `initdb`. */
export const findPostgresBin = (): string | undefined =>
  listed(postgresVersions)
    .filter((version) => Number(version) >= oldestPostgres)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(postgresVersions, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'postgres')) && existsSync(join(bin, 'initdb')))

/** Reads the version from the `release` file of the JDK, because running the program takes as long as a start. */
const javaVersion = (java: string): number => {
  const release = join(dirname(dirname(realpathSync(java))), 'release')
  if (!existsSync(release)) return 0
  const found = /JAVA_VERSION="(\d+)/.exec(readFileSync(release, 'utf8'))
  return Number(found?.[1] ?? 0)
}

/** The path of a Java that is new enough; undefined if there is none. */
export const findJava = (): string | undefined => {
  const installed = listed('/usr/lib/jvm').map((folder) => join('/usr/lib/jvm', folder, 'bin/java'))
  const linked = findProgram('java')
  return [...(linked ? [linked] : []), ...installed]
    .filter((java) => existsSync(java))
    .find((java) => javaVersion(java) >= oldestJava)
}
