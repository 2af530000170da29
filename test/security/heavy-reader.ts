/** The attacker of `measure-reads.ts`, as a worker, so that its work does not delay the binds that are measured. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Requester } from '../support/client/requester.ts'
import { requesterAs } from './guarded-chat.ts'
import type { fillHeavyAccount } from './heavy-account.ts'

/** Sends one kind of request again as soon as it is answered, and waits only for `retry_after_ms`. */
const repeat = async ({ request }: Requester, event: string, body: object, isOver: () => boolean): Promise<number> => {
  let answered = 0
  while (!isOver()) {
    const answer = await Promise.race([request(event, body), sleep(15_000)])
    if (answer === undefined) return answered
    const [, waitMs] = /"retry_after_ms":(\d+)/.exec(answer.slice(0, 500)) ?? []
    if (waitMs === undefined) answered += 1
    else await sleep(Number(waitMs))
  }
  return answered
}

export type Kind = 'get-users' | 'list-chats' | 'list-messages' | 'resume'
export type Account = Awaited<ReturnType<typeof fillHeavyAccount>> & { readonly id: string }

const attack = async ({ url, account: { id, strangers, longChats }, kinds }: HeavyReaderData, isOver: () => boolean) => {
  const resumed = Object.fromEntries(longChats.map((chat) => [chat, 0]))
  const requests: Readonly<Record<Kind, object>> = {
    'get-users': { users: strangers },
    'list-chats': { user: { id }, query: { limit: 200 } },
    'list-messages': { chat: { id: longChats[0] }, query: { limit: 200 } },
    resume: { rooms: resumed },
  }
  const answered: Record<string, number> = {}
  const loops = [1, 2, 3].map(async () => {
    const socket = await requesterAs(url, 'heavy')
    await socket.request('create-user', {})
    const running = kinds.flatMap((event) =>
      Array.from({ length: event === 'resume' ? 1 : 8 }, async () => {
        const count = await repeat(socket, event, requests[event], isOver)
        answered[event] = (answered[event] ?? 0) + count
      }),
    )
    await Promise.all(running)
    socket[Symbol.dispose]()
  })
  await Promise.all(loops)
  return answered
}

export interface HeavyReaderData {
  readonly url: string
  readonly account: Account
  readonly kinds: readonly Kind[]
  readonly forMs: number
}

const data = workerData as HeavyReaderData
const until = performance.now() + data.forMs
parentPort?.postMessage(await attack(data, () => performance.now() > until))
