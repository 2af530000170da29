import { readFileSync } from 'node:fs'
import type { History } from '../../support/load/history.ts'
import { nowMs } from '../../support/load/load-context.ts'
import type { Chat } from '../../support/stack/start-chat.ts'

const everyMs = 1_000

const residentKib = (pid: number): number | undefined => {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    // The process has just ended.
    return undefined
  }
}

/** Records the memory of each process of the chat, until the returned function is called. */
export const watchMemory = (chat: Chat, history: History): (() => void) => {
  const look = (): void => {
    for (const { pid } of [...chat.gateways, ...chat.writers]) {
      const seq = pid === undefined ? undefined : residentKib(pid)
      if (pid !== undefined && seq !== undefined) history.append({ kind: 'memory', at: nowMs(), user: pid, seq })
    }
  }
  const timer = setInterval(look, everyMs)
  return () => clearInterval(timer)
}
