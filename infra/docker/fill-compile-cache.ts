import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Runs every service briefly while the image is built, to fill Node's compile cache. */

const internalPort = '8081'
const startsWithinMs = 60_000
/** The same arguments as in the image: Node reuses compiled code only under equal arguments. */
const nodeArguments = ['--min-semi-space-size=16', '--max-semi-space-size=16']

/** Addresses without a server: sufficient to load all code. */
const unreachable = {
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  REDIS_URL: 'redis://127.0.0.1:1',
  KAFKA_BROKERS: '127.0.0.1:1',
  AUTH: 'off',
}
const webhook = { RELAY_SINK: 'webhook', WEBHOOK_URL: 'https://127.0.0.1:1/', WEBHOOK_SECRETS: `whsec_${'A'.repeat(43)}=` }

const runs: readonly { readonly args: readonly string[]; readonly env: Record<string, string>; readonly until?: string }[] = [
  { args: ['admin', '--help'], env: {} },
  { args: ['embedded'], env: {}, until: '/readyz' },
  { args: ['writer'], env: unreachable, until: '/livez' },
  { args: ['gateway'], env: unreachable, until: '/livez' },
  { args: ['relay'], env: { ...unreachable, ...webhook }, until: '/livez' },
]

const answers = async (path: string): Promise<boolean> => {
  try {
    const { status } = await fetch(`http://127.0.0.1:${internalPort}${path}`)
    return status === 200
  } catch {
    return false
  }
}

for (const { args, env, until } of runs) {
  const folder = mkdtempSync(join(tmpdir(), 'compile-cache-'))
  const child = spawn(process.execPath, [...nodeArguments, join(import.meta.dirname, 'entry.ts'), ...args], {
    env: { ...process.env, ...env, DATA_DIR: folder, INTERNAL_PORT: internalPort, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  const deadline = performance.now() + startsWithinMs
  while (until !== undefined && child.exitCode === null && !(await answers(until))) {
    if (performance.now() > deadline) throw new Error(`${args[0]} did not start`)
    await sleep(100)
  }
  // Node writes the compile cache at exit.
  if (until !== undefined) child.kill('SIGTERM')
  const [code] = await ended
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`)
}
