import type { Order } from '../workers/worker-messages.ts'

/** Changes when an older version would misunderstand a message. */
export const agentProtocol = 2

/** The first message of a worker of an agent. Each worker has a socket of its own. */
export interface Hello {
  readonly protocol: number
  /** Identifies the agent: its workers have the same. */
  readonly machine: string
  /** For people. */
  readonly name: string
  /** The number of workers of the agent. */
  readonly workers: number
}

/** Orders are numbered, because they may be completed out of order. */
export interface NumberedOrder {
  readonly number: number
  readonly order: Order
}

/** The result of an order, or the reason for which it failed. */
export type Reply = { readonly number: number; readonly result?: unknown } | { readonly number: number; readonly error: string }

export type FileName = 'framesFile' | 'historyFile'

/** To the coordinator. The content of a file follows its announcement, in binary messages. */
export type AgentMessage =
  | { readonly hello: Hello }
  | { readonly clock: number }
  | { readonly file: FileName; readonly bytes: number }
  | { readonly reply: Reply }

/** To an agent. */
export type CoordinatorMessage = { readonly clock: number; readonly at: number } | { readonly order: NumberedOrder }

/** Orders contain the ids of all users, and tokens. */
export const messageBytesMost = 256 * 1024 * 1024

export const encode = (message: AgentMessage | CoordinatorMessage): string => JSON.stringify(message)
