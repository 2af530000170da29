import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where the programs are that the servers are started with. */
export interface NativeTools {
  /** The folder with `initdb` and `postgres`. */
  readonly postgresBin: string
  readonly redisServer: string
  readonly redisCli: string
  readonly java: string
  /** The folder with Kafka's `libs/` and what was prepared beside them. */
  readonly kafkaHome: string
}

const programFolders = ['/usr/local/bin', '/usr/bin', '/bin']
const postgresVersions = '/usr/lib/postgresql'
const oldestPostgres = 15
const oldestJava = 17

const listed = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

export const findProgram = (name: string): string | undefined =>
  programFolders.map((folder) => join(folder, name)).find((path) => existsSync(path))

/** The newest server there is; a `postgres` on the PATH may be anything, and need not match its `initdb`. */
export const findPostgresBin = (): string | undefined =>
  listed(postgresVersions)
    .filter((version) => Number(version) >= oldestPostgres)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(postgresVersions, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'postgres')) && existsSync(join(bin, 'initdb')))

/** Reads the version from the file every JDK carries: asking the program takes as long as a start of it. */
const javaVersion = (java: string): number => {
  const release = join(dirname(dirname(realpathSync(java))), 'release')
  if (!existsSync(release)) return 0
  const found = /JAVA_VERSION="(\d+)/.exec(readFileSync(release, 'utf8'))
  return Number(found?.[1] ?? 0)
}

export const findJava = (): string | undefined => {
  const installed = listed('/usr/lib/jvm').map((folder) => join('/usr/lib/jvm', folder, 'bin/java'))
  const linked = findProgram('java')
  return [...(linked ? [linked] : []), ...installed]
    .filter((java) => existsSync(java))
    .find((java) => javaVersion(java) >= oldestJava)
}
