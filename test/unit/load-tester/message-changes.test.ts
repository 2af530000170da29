import { describe, expect, it } from 'vitest'
import { createMessageChanges } from '../../load/mix/message-changes.ts'
import { createPostedMessages } from '../../load/mix/posted-messages.ts'
import type { ChangeKind } from '../../support/load/command-kinds.ts'
import { seededRandom } from '../../support/simulation/random.ts'

/** User 7, who created room 2, belongs to another process. */
const creators = new Map([
  [1, 4],
  [2, 7],
])

const changesOf = () =>
  createMessageChanges({
    members: new Map([
      [1, [4, 5, 6]],
      [2, [5, 6]],
    ]),
    creatorOf: (room) => creators.get(room),
    random: seededRandom(1),
    text: () => 'edited',
  })

const kinds: readonly ChangeKind[] = ['reactions', 'edits', 'deletes', 'pins']
const many = Array.from({ length: 50 })

describe('The changes of messages that a load sends', () => {
  it.each(kinds)('need a posted message: %s', (kind) => {
    expect(changesOf().next(kind)).toBeUndefined()
  })

  it('are reactions by members of the room, edits and deletions by the author, and pins by the creator', () => {
    const changes = changesOf()
    changes.posted({ id: 'a', room: 1, author: 5 })
    expect(changes.next('edits')).toMatchObject({
      event: 'edit-message',
      user: 5,
      room: 1,
      body: { message: 'a', msg: 'edited' },
    })
    expect(changes.next('pins')).toMatchObject({ event: 'set-pin', user: 4, room: 1, body: { message: 'a', on: true } })
    const reactions = many.map(() => changes.next('reactions'))
    expect(new Set(reactions.map((change) => change?.user))).toEqual(new Set([4, 5, 6]))
    expect(reactions[0]).toMatchObject({ event: 'set-reaction', room: 1, body: { message: 'a' } })
  })

  it('leave out pins in a room whose creator belongs to another process', () => {
    const changes = changesOf()
    changes.posted({ id: 'b', room: 2, author: 5 })
    expect(changes.next('pins')).toBeUndefined()
  })

  it('pin at most one message of a room, and unpin the same message', () => {
    const changes = changesOf()
    for (const id of ['a', 'b', 'c']) changes.posted({ id, room: 1, author: 5 })
    const [first, second] = [changes.next('pins'), changes.next('pins')].map((change) => change?.body)
    expect(first).toMatchObject({ on: true })
    expect(second).toEqual({ ...first, on: false })
  })

  it('never concern a message again whose deletion was sent', () => {
    const changes = changesOf()
    for (const id of ['a', 'b']) changes.posted({ id, room: 1, author: 5 })
    const deletion = changes.next('deletes')
    const others = many.map(() => changes.next('reactions')?.body as { message: string })
    expect(new Set(others.map(({ message }) => message)).size).toBe(1)
    expect(deletion).toMatchObject({ event: 'delete-message', user: 5 })
    expect(deletion?.body).not.toMatchObject({ message: others[0]?.message })
  })

  it('delete no message that is pinned or that has a command without an outcome', () => {
    const changes = changesOf()
    changes.posted({ id: 'a', room: 1, author: 5 })
    const edit = changes.next('edits')
    const reaction = changes.next('reactions')
    edit?.settled()
    expect(changes.next('deletes')).toBeUndefined()
    reaction?.settled()
    const pin = changes.next('pins')
    pin?.settled()
    expect(changes.next('deletes')).toBeUndefined()
    changes.next('pins')?.settled()
    expect(changes.next('deletes')).toMatchObject({ body: { message: 'a' } })
  })
})

describe('The posted messages of a process', () => {
  const message = (id: number) => ({ id: String(id), room: 1, author: 1 })
  const held = (messages: ReturnType<typeof createPostedMessages>) =>
    new Set(Array.from({ length: 200 }, () => messages.pick(() => true)?.id))

  it('are the newest ones, of a fixed number', () => {
    const messages = createPostedMessages(seededRandom(1), 3)
    for (let id = 1; id <= 5; id += 1) messages.add(message(id))
    expect(held(messages)).toEqual(new Set(['3', '4', '5']))
  })

  it('have space for another one after a removal, and ignore the removal of one that they no longer hold', () => {
    const messages = createPostedMessages(seededRandom(1), 2)
    const [one, two, three] = [message(1), message(2), message(3)]
    for (const each of [one, two, three]) messages.add(each)
    messages.remove(one)
    expect(held(messages)).toEqual(new Set(['2', '3']))
    messages.remove(two)
    messages.add(one)
    expect(held(messages)).toEqual(new Set(['1', '3']))
  })
})
