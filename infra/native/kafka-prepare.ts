import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, onFreePorts } from './free-port.ts'
import { kafkaArguments, makeClassArchive } from './kafka-command.ts'
import { kafkaProperties } from './kafka-properties.ts'
import { nativeServer } from './native-server.ts'
import { probeKafka } from './probe-kafka.ts'
import { runCommand } from './run-command.ts'

/** Every broker started here is alone in its cluster, so that one id does for all of them. */
const clusterId = 'Y2hhdC1uYXRpdmUta2Fma2'

export const formattedFolder = (home: string): string => join(home, 'formatted')

const writeProperties = (file: string, logFolder: string, controllerPort: number, port: number): void => {
  const listeners = { direct: { port, advertisedPort: port } }
  writeFileSync(file, kafkaProperties({ logFolder, controllerPort, listeners }))
}

/** An empty log folder to copy, which saves every broker a start of the JVM. */
const formatOnce = async (home: string, java: string, scratch: string): Promise<void> => {
  const file = join(scratch, 'format.properties')
  // The ports are not kept in what is formatted.
  writeProperties(file, formattedFolder(home), 1, 2)
  const args = ['format', '-t', clusterId, '-c', file]
  await runCommand(java, kafkaArguments(home, 'kafka.tools.StorageTool', args), { cwd: home })
}

/** One run of the broker, recorded, so that later ones need not load and verify its classes. */
const archiveClasses = async (home: string, java: string, scratch: string): Promise<void> => {
  const [controllerPort, port] = [await freePort(), await freePort()]
  const file = join(scratch, 'server.properties')
  const logFolder = join(scratch, 'log')
  rmSync(logFolder, { recursive: true, force: true })
  cpSync(formattedFolder(home), logFolder, { recursive: true })
  writeProperties(file, logFolder, controllerPort, port)
  await using broker = nativeServer({
    name: 'Kafka (first run)',
    command: java,
    args: kafkaArguments(home, 'kafka.Kafka', [file], makeClassArchive),
    workingFolder: home,
    logFile: join(scratch, 'server.log'),
    stopSignal: 'SIGTERM',
    orphanSignal: 'SIGKILL',
    isDetached: false,
    port,
    probe: () => probeKafka(port),
    readyWithinMs: 90_000,
  })
  await broker.start()
  await broker.stop()
}

/** Prepares a folder of Kafka's jars so that brokers start in half the time. */
export const prepareKafka = async (home: string, java: string): Promise<void> => {
  const scratch = mkdtempSync(join(tmpdir(), 'chat-kafka-'))
  try {
    await formatOnce(home, java, scratch)
    await onFreePorts(() => archiveClasses(home, java, scratch))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
