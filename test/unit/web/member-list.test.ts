import { describe, expect, it } from 'vitest'
import { createMemberList } from '../../../services/web/src/model/member-list.ts'
import type { ListedMember } from '../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../shared/client/chat-client.ts'

/** A service whose answers wait until they are released, with the members at the time of the request. */
const createService = () => {
  const held: (() => void)[] = []
  const listeners: ((change: { readonly room: string }) => void)[] = []
  let members: readonly string[] = []
  let requests = 0
  async function* listMembers(): AsyncGenerator<ListedMember, void> {
    requests += 1
    const found = members
    await new Promise<void>((resolve) => held.push(resolve))
    for (const user_id of found) yield { user_id }
  }
  const on = (event: string, listener: (change: never) => void) => {
    if (event === 'members') listeners.push(listener as (change: { readonly room: string }) => void)
    return () => undefined
  }
  return {
    client: { listMembers, on } as Pick<ChatClient, 'listMembers' | 'on'>,
    requests: () => requests,
    join: (user: string) => {
      members = [...members, user]
      for (const listener of listeners) listener({ room: 'r' })
    },
    release: () => {
      for (const resolve of held.splice(0)) resolve()
    },
  }
}

describe('The list of members on the page', () => {
  it('is read once more after a burst of changes, and has all of them', async () => {
    const { client, requests, join, release } = createService()
    const list = createMemberList({ room: 'r', client, people: { request: () => undefined } })
    list.follow()
    const users = Array.from({ length: 20 }, (_, index) => `u${index}`)
    for (const user of users) join(user)
    expect(requests()).toBe(1)
    release()
    await expect.poll(requests).toBe(2)
    release()
    await expect.poll(() => list.members.value?.map(({ user_id }) => user_id)).toEqual(users)
    expect(requests()).toBe(2)
  })
})
