import type { AgentOptions } from '../machines/agent.ts'
import { agentValues } from './option-values.ts'
import { parseCount } from './units.ts'

/** The options of `--agent`; throws an error that names the option and the reason. */
export const parseAgentOptions = (args: readonly string[], key: string | undefined): AgentOptions => {
  const { agent: url = '', workers = '1', 'i-own-this-target': isOwner = false } = agentValues(args)
  if (!/^wss?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    throw new Error(`--agent: "${url}" is not an address; write ws://HOST:7100, as the other machine has printed it`)
  if (key === undefined || key === '')
    throw new Error('CHAT_LOAD_KEY: is missing; it must have the value that the other machine has printed')
  return { url, key, workers: parseCount('--workers', workers, 1, 64), isOwner }
}
