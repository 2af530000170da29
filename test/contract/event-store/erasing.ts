import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { operator } from '../../../shared/domain/commands.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import { redactedDigest } from '../../../shared/ports/event-store.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { decideAndStore } from '../decide-and-store.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, at, blockSet, reading, userCreated, userErased, userUpdated, withAppender } from '../stored-chat.ts'

interface Range {
  readonly user?: string
  readonly from: number
  readonly before: number
}

/** The message of an event. */
const messageIn = ({ data }: StoredEvent): { readonly msg: string; readonly deleted?: true } => {
  const body = JSON.parse(data) as { readonly msg: string; readonly message?: { readonly msg: string } }
  return body.message ?? body
}

export const erasureTests = (opened: () => OpenStore): void => {
  const start = async () => {
    const chat = await roomWithChanges(opened().store)
    const eraseCommand = (body: Range): Command => {
      const id = randomUUID()
      return { v: 1, type: 'Erase', stream: chat.room, id, digest: id, user: operator, at: at(900_000), body }
    }
    const erase = async (body: Range): Promise<StoredEvent> => {
      const [event] = await decideAndStore(opened().store, [eraseCommand(body)])
      if (typeof event !== 'object') throw new Error('not erased')
      return event
    }
    const listed = async (user: string) => {
      const page = await opened().readModel.messagesOf({ room: chat.room, reader: user, limit: 100 })
      return page?.messages.map(({ data, ...message }) => ({ ...message, ...(JSON.parse(data) as object) })) ?? []
    }
    return { ...chat, erase, eraseCommand, listed, id: randomUUID() }
  }

  it('removes the content of the messages of a user from their events, from edits and from lists, and no other', async () => {
    const { ann, bob, post, edit, act, events, erase, listed, id } = await start()
    await act(post(bob, 'canary', { data: { canary: 1 }, mentions: [ann] }, id), post(ann, 'other'), edit(bob, id, 'canary'))
    const { seq, data } = await erase({ user: bob, from: 1, before: 5 })
    const stored = await events()
    expect(JSON.stringify(stored)).not.toContain('canary')
    expect(stored.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5])
    const { created_at: erasedAt } = JSON.parse(data) as { readonly created_at: string }
    const { created_at: postedAt } = JSON.parse(stored[1]?.data ?? '') as { readonly created_at: string }
    const head = { id, msg: '', type: 'text', user_id: bob }
    const tombstone = JSON.stringify({ ...head, created_at: postedAt, modified_at: erasedAt, deleted: true })
    expect(stored[1]).toMatchObject({ digest: redactedDigest, data: tombstone })
    expect(JSON.stringify(messageIn(stored[3] as StoredEvent))).toBe(tombstone)
    expect(stored[3]?.digest).toBe(redactedDigest)
    expect(seq).toBe(5)
    expect(await listed(ann)).toMatchObject([
      { seq: 2, msg: '', deleted: true },
      { seq: 3, msg: 'other' },
    ])
  })

  it('ends the membership of the user, also in a direct chat, and names nobody who was no member', async () => {
    const { ann, bob, post, codes, erase, room } = await start()
    expect(await erase({ user: bob, from: 1, before: 2 })).toMatchObject({ membership: 'removes' })
    expect(JSON.parse((await erase({ user: bob, from: 1, before: 2 })).data)).toMatchObject({ users: [], user: bob })
    expect(await codes(post(bob, 'late'), post(ann, 'there'))).toEqual(['forbidden', 'ok'])
    const memberships = await opened().readModel.memberships([ann, bob])
    expect([...memberships.keys()]).toEqual([ann])
    expect((await opened().readModel.memberCounts([room])).get(room)).toBe(1)
  })

  it('of a range without a user erases the messages of all users before it, and ends no membership', async () => {
    const { ann, bob, post, act, erase, events, listed } = await start()
    await act(post(ann, 'old'), post(bob, 'older'), post(ann, 'new'))
    await erase({ from: 1, before: 4 })
    const texts = (await listed(bob)).map((message) => (message as { msg?: string }).msg)
    expect(texts).toEqual(['', '', 'new'])
    expect((await events()).map((event) => event.digest === redactedDigest)).toEqual([false, true, true, false, false])
  })

  it('counts no erased reply, pin, mention and unread message, and erases nothing twice', async () => {
    const { ann, bob, room, post, pin, remove, act, codes, erase, listed, id } = await start()
    const [pinned, removed] = [randomUUID(), randomUUID()]
    await act(post(ann, 'root', {}, id), post(bob, 'reply', { thread: id }), post(bob, 'gone', { thread: id }, removed))
    await act(post(ann, 'reply', { thread: id }), post(bob, 'pinned', { mentions: [ann] }, pinned), pin(ann, pinned))
    await act(remove(bob, removed))
    await erase({ user: bob, from: 1, before: 100 })
    await erase({ user: bob, from: 1, before: 100 })
    const list = await listed(ann)
    expect(list[0]).toMatchObject({ msg: 'root', replies: { count: 1, lastSeq: 5 } })
    expect(list.filter((message) => 'isPinned' in message)).toEqual([])
    const unread = (await opened().readModel.unreadMemberships([ann])).get(ann)?.find((each) => each.room === room)
    expect(unread).toMatchObject({ unread: 2, mentions: 0 })
    expect(await codes(pin(ann, pinned), remove(ann, pinned))).toEqual(['unknown_message', 'unknown_message'])
  })

  it('answers the repeated command of an erased message with the tombstone', async () => {
    const { bob, post, act, erase, id } = await start()
    const posted = post(bob, 'canary', {}, id)
    await act(posted)
    await erase({ user: bob, from: 1, before: 3 })
    const [again] = await act(posted)
    expect(again).toMatchObject({ seq: 2, data: expect.stringContaining('"deleted":true') })
  })

  it('keeps a message that later commands name deleted within one batch', async () => {
    const { ann, bob, post, edit, act, eraseCommand, id } = await start()
    await act(post(bob, 'canary', {}, id))
    const late = { ...edit(bob, id, 'canary'), at: at(900_001) }
    const outcomes = await act(eraseCommand({ from: 1, before: 3 }), late, { ...edit(ann, id, 'canary'), at: at(900_002) })
    expect(outcomes.slice(1)).toEqual(['unknown_message', 'unknown_message'])
  })

  it('of a user leaves an id and times, in the profile, in the events of its stream, and frees the external id', async () => {
    const { store, readModel } = opened()
    const [user, other] = [randomUUID(), randomUUID()]
    const external = `ext ${user}`
    await append(store, userCreated(user, external, 'canary'), userCreated(other, `ext ${other}`, 'Bob'))
    await append(store, userUpdated(user, 2, { name: 'canary', image: 'canary', data: { canary: 1 } }), blockSet(user, 3, other))
    await append(store, userErased(user, 4))
    const [erased] = await readModel.usersById([user])
    expect(erased).toMatchObject({ id: user, externalUserId: '', erased: true })
    expect(erased).not.toHaveProperty('name')
    expect((await readModel.usersByExternalId([external])).size).toBe(0)
    const snapshot = await withAppender(store, (appender) =>
      appender.read(
        reading({ users: [user, other], userStreams: [user], blocks: [{ user, blocked: other }], externalIds: [external] }),
      ),
    )
    expect(snapshot.knownUsers).toEqual(new Set([other]))
    expect(snapshot.userStreams.get(user)).toMatchObject({ seq: 4, blockCount: 0, user: { erased: true } })
    expect([snapshot.blocks.size, snapshot.users.size]).toEqual([0, 0])
    const keys = [user, ...snapshot.userStreams.keys()].map((id) => ({ room: user, id, digest: 'any' }))
    expect(JSON.stringify(await store.outcomes(keys))).not.toContain('canary')
    const again = randomUUID()
    await append(store, userCreated(again, external, 'Ann'))
    expect((await readModel.usersByExternalId([external])).get(external)?.id).toBe(again)
  })
}
