import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { KafkaAddresses } from './kafka.ts'
import type { PidIdentity } from './pid-identity.ts'
import { closedFolderAbove } from './unix-account.ts'

/** One server started by `stack:up`: its ports, and its process while it runs. */
export interface RecordedServer<Ports> {
  readonly ports: Ports
  readonly identity?: PidIdentity | undefined
}

/** The state that `stack:up` records for the next `stack:up` and for `stack:down`. */
export interface StackState {
  readonly postgres?: RecordedServer<number> | undefined
  readonly redis?: RecordedServer<number> | undefined
  readonly kafka?: RecordedServer<KafkaAddresses> | undefined
}

/** `.stack` under the project. */
export const defaultFolder = resolve(import.meta.dirname, '../../.stack')

const stateFile = (folder: string): string => join(folder, 'state.json')

/** The data folder of Postgres: beside the state, unless the user `postgres` may not traverse the folders above. */
export const postgresFolder = (folder: string): string => {
  const beside = join(folder, 'postgres')
  mkdirSync(folder, { recursive: true })
  if (process.getuid?.() !== 0 || closedFolderAbove(beside) === undefined) return beside
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  return join('/var/tmp', `chat-stack-${name}`)
}

/** Reads the recorded state; empty if there is none. */
export const readState = (folder: string): StackState => {
  const file = stateFile(folder)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StackState) : {}
}

/** Writes the state to a temporary file and renames it, so that no reader sees a partial state. */
export const writeState = (folder: string, state: StackState): void => {
  mkdirSync(folder, { recursive: true })
  const draft = `${stateFile(folder)}.draft`
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(draft, stateFile(folder))
}
