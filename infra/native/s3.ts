import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, onFreePorts } from './free-port.ts'
import { goProgram } from './go-program.ts'
import type { NativeServer } from './native-server.ts'
import { nativeServer } from './native-server.ts'

/** An S3-compatible server as a child process: Versity S3 Gateway, which stores objects in a folder and verifies signatures and checksums. */
export interface S3Server extends NativeServer {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** A bucket that exists. */
  readonly bucket: string
}

/** Go compiles it from its module, because Debian and Maven have no such server. docker-compose.yml has its image. */
export const s3Program = goProgram('github.com/versity/versitygw/cmd/versitygw@v1.8.0')

const login = { region: 'us-east-1', accessKeyId: 'native', secretAccessKey: 'native-secret' } as const
const bucket = 'chat'

/** Any answer will do: without a signature it is a refusal. */
const probe = async (endpoint: string): Promise<void> => {
  await fetch(endpoint, { signal: AbortSignal.timeout(2_000) })
}

/** `pageOrigin`: the origin of a page that may upload; without it, no page may. */
export interface S3Options {
  readonly pageOrigin?: string
}

const startOn = async (folder: string, port: number, { pageOrigin }: S3Options): Promise<S3Server> => {
  const [objects, sidecar] = [join(folder, 'objects'), join(folder, 'metadata')]
  mkdirSync(join(objects, bucket), { recursive: true })
  mkdirSync(sidecar, { recursive: true })
  const address = `127.0.0.1:${port}`
  const endpoint = `http://${address}`
  const keys = ['--access', login.accessKeyId, '--secret', login.secretAccessKey, '--region', login.region]
  const cors = pageOrigin === undefined ? [] : ['--cors-allow-origin', pageOrigin]
  const server = nativeServer({
    name: 'S3',
    command: s3Program.path,
    // Metadata beside the objects: not every file system of a test machine has extended attributes.
    args: ['--port', address, ...keys, ...cors, '--quiet', 'posix', '--sidecar', sidecar, objects],
    workingFolder: folder,
    logFile: join(folder, 'server.log'),
    stopSignal: 'SIGTERM',
    orphanSignal: 'SIGKILL',
    isDetached: false,
    port,
    probe: () => probe(endpoint),
    readyWithinMs: 15_000,
  })
  await server.start()
  return Object.assign(server, { ...login, endpoint, bucket })
}

/** Starts an S3-compatible server on loopback with an empty bucket. Its program must be installed. */
export const startS3 = (folder: string, options: S3Options = {}): Promise<S3Server> =>
  onFreePorts(async () => startOn(folder, await freePort(), options))
