import { openRequester } from '../../support/client/requester.ts'
import type { LatencySummary } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'

export type Answer = Readonly<Record<string, unknown>>

/** A user on a socket that sends one request after another. */
export interface Reader extends Disposable {
  readonly user: string
  /** The body of the answer; rejects with the message of an error. */
  request(event: string, body: object): Promise<Answer>
}

const bodyOf = (text: string): Answer => {
  const { body, error } = JSON.parse(text) as { readonly body?: Answer; readonly error?: { readonly message: string } }
  if (body === undefined) throw new Error(error?.message)
  return body
}

export const openReader = async (url: string, externalUserId: string): Promise<Reader> => {
  const requester = await openRequester(url)
  const request = async (event: string, body: object): Promise<Answer> => bodyOf(await requester.request(event, body))
  const { user } = (await request('create-user', { user: { externalUserId } })) as { user: { id: string } }
  return { request, user: user.id, [Symbol.dispose]: () => requester[Symbol.dispose]() }
}

/** Reads pages one after another by their cursors, and begins again after the last one. */
export const paging = (read: (query: object) => Promise<Answer>): (() => Promise<Answer>) => {
  let cursor: unknown
  return async () => {
    const page = await read(cursor === undefined ? {} : { cursor })
    cursor = page.next_cursor
    return page
  }
}

const warmUps = 5

/** The durations of this many calls, after a few that do not count. */
export const timed = async (times: number, work: (call: number) => Promise<unknown>): Promise<LatencySummary> => {
  const latencies = createLatencies()
  for (let call = 0; call < Math.min(warmUps, times); call += 1) await work(call)
  for (let call = 0; call < times; call += 1) {
    const startedMs = performance.now()
    await work(call)
    latencies.record(performance.now() - startedMs)
  }
  return latencies.summary()
}
