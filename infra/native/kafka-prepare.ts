import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, onFreePorts } from './free-port.ts'
import { kafkaArguments, makeClassArchive } from './kafka-command.ts'
import { kafkaProperties } from './kafka-properties.ts'
import { nativeServer } from './native-server.ts'
import { probeKafka } from './probe-kafka.ts'
import { runCommand } from './run-command.ts'

/** Every broker is the only one of its cluster, so that all can have the same cluster id. */
const clusterId = 'Y2hhdC1uYXRpdmUta2Fma2'

/** The empty, formatted log folder, which each new broker copies. */
export const formattedFolder = (home: string): string => join(home, 'formatted')

const writeProperties = (file: string, logFolder: string, controllerPort: number, port: number): void => {
  const listeners = { direct: { port, advertisedPort: port } }
  writeFileSync(file, kafkaProperties({ logFolder, controllerPort, listeners }))
}

/** Formats an empty log folder to copy, which saves each new broker a start of the JVM. */
const formatOnce = async (home: string, java: string, scratch: string): Promise<void> => {
  const file = join(scratch, 'format.properties')
  // The formatted folder does not contain the ports.
  writeProperties(file, formattedFolder(home), 1, 2)
  const args = ['format', '-t', clusterId, '-c', file]
  await runCommand(java, kafkaArguments(home, 'kafka.tools.StorageTool', args), { cwd: home })
}

/** Runs the broker once and archives its classes, so that later starts need not load and verify them. */
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

/** Prepares a folder with Kafka's jars so that brokers start in half the time. */
export const prepareKafka = async (home: string, java: string): Promise<void> => {
  const scratch = mkdtempSync(join(tmpdir(), 'chat-kafka-'))
  try {
    await formatOnce(home, java, scratch)
    await onFreePorts(() => archiveClasses(home, java, scratch))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
