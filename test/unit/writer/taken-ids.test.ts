import { describe, expect, it } from 'vitest'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { add, ann, bob, cleo, createChat, post, remove, room, stranger, uuid } from '../domain/chat-fixtures.ts'
import { createUser, withUsers } from './users.ts'
import type { WriterRig } from './writer-rig.ts'
import { messagesOf, writerRig } from './writer-rig.ts'

/** A chat of Ann and Bob; Cleo is not a member. */
const rigWithChat = async (): Promise<WriterRig> => {
  const rig = await withUsers(await writerRig())
  await rig.send(createChat(ann, [bob], { digest: 'the-chat' }))
  rig.clear()
  return rig
}

const absent = uuid(1, 7)

/** Sends the command alone and returns the error that its sender receives. */
const errorFor = async (rig: WriterRig, command: Command): Promise<unknown> => {
  rig.clear()
  await rig.send(command)
  const [line] = rig.outcomeLines()
  expect(line).toMatchObject({ room: command.stream, command: command.id, digest: command.digest })
  return line?.error
}

/** The error for a command in a chat that does not exist. */
const noSuchChat = (rig: WriterRig): Promise<unknown> => errorFor(rig, post(cleo, 'hello', { room: absent }))

describe('A rejected command of a non-member', () => {
  it('does not reserve its id: a member can store a message under it', async () => {
    const rig = await rigWithChat()
    const refused = post(cleo, 'squatted', { id: uuid(3, 100), digest: 'of-cleo' })
    const message = post(ann, 'mine', { id: uuid(3, 100), digest: 'of-ann' })
    await rig.send(refused)
    await rig.send(message)
    expect(messagesOf(rig)).toEqual(['mine'])
  })

  it('does not reserve its id within its own batch', async () => {
    const rig = await rigWithChat()
    const id = uuid(3, 101)
    await rig.send(post(cleo, 'squatted', { id, digest: 'of-cleo' }), post(ann, 'mine', { id, digest: 'of-ann' }))
    expect(messagesOf(rig)).toEqual(['mine'])
  })

  it('has the recorded rejection when it is delivered again, also after its sender was added and the id was used', async () => {
    const rig = await rigWithChat()
    const id = uuid(3, 102)
    const refused = post(cleo, 'too early', { id, digest: 'of-cleo' })
    await rig.send(refused)
    await rig.send(post(ann, 'mine', { id, digest: 'of-ann' }), add(ann, [cleo]))
    expect(await errorFor(rig, refused)).toMatchObject({ code: 'forbidden' })
    expect(rig.counted).toContain('repeat')
    expect(messagesOf(rig)).toEqual(['mine'])
  })
})

describe('An id that belongs to another command', () => {
  it('gives a member a conflict, which is not recorded', async () => {
    const rig = await rigWithChat()
    const message = post(ann, 'one')
    await rig.send(message)
    expect(await errorFor(rig, { ...message, digest: 'another', body: { msg: 'two', type: 'text' } })).toMatchObject({
      code: 'conflict',
    })
    expect(messagesOf(rig)).toEqual(['one'])
    expect(rig.counted).toContain('conflict')
  })

  it('gives a non-member the same answer as an id in a chat that does not exist', async () => {
    const rig = await rigWithChat()
    const message = post(ann, 'one')
    const refused = add(ann, [stranger])
    await rig.send(message, refused)
    const answer = await noSuchChat(rig)
    for (const { id } of [message, refused]) {
      expect(await errorFor(rig, post(cleo, 'who?', { id, digest: `of-cleo-${id}` }))).toEqual(answer)
      expect(await errorFor(rig, remove(cleo, [ann], { id, digest: `of-cleo-too-${id}` }))).toEqual(answer)
    }
  })

  it('stays reserved after a rejection other than forbidden, and gives members a conflict', async () => {
    const rig = await rigWithChat()
    const refused = add(ann, [stranger])
    await rig.send(refused)
    expect(await errorFor(rig, post(bob, 'two', { id: refused.id, digest: 'of-bob' }))).toMatchObject({ code: 'conflict' })
  })

  it('is free after a member’s own command under it was forbidden', async () => {
    const rig = await rigWithChat()
    const refused = remove(bob, [ann], { digest: 'not-the-creator' })
    await rig.send(refused)
    await rig.send(post(bob, 'instead', { id: refused.id, digest: 'instead' }))
    expect(messagesOf(rig)).toEqual(['instead'])
  })
})

describe('A create-chat with a taken id', () => {
  it('has the stored outcome if it is the same command, and gives a member a conflict otherwise', async () => {
    const rig = await rigWithChat()
    await rig.send(createChat(ann, [bob], { digest: 'the-chat' }))
    expect(rig.outcomeLines()).toMatchObject([{ room, seq: 1 }])
    for (const member of [ann, bob]) {
      expect(await errorFor(rig, createChat(member, [], { digest: `of-${member}` }))).toMatchObject({ code: 'conflict' })
    }
  })

  it('is forbidden for a non-member, also a removed one, like a command in a chat that does not exist', async () => {
    const rig = await rigWithChat()
    await rig.send(remove(bob, [bob]))
    const answer = await noSuchChat(rig)
    for (const outsider of [bob, cleo]) {
      expect(await errorFor(rig, createChat(outsider, [], { digest: `of-${outsider}` }))).toEqual(answer)
    }
  })

  it('is forbidden if the id belongs to a user, so that it does not reveal whether a user exists', async () => {
    const rig = await rigWithChat()
    expect(await errorFor(rig, createChat(ann, [], { room: bob }))).toEqual(await noSuchChat(rig))
  })

  it('is a conflict if an earlier rejection reserves the id, because there is no chat to hide', async () => {
    const rig = await rigWithChat()
    await rig.send(createChat(ann, [stranger], { room: absent, digest: 'first' }))
    expect(await errorFor(rig, createChat(ann, [bob], { room: absent, digest: 'second' }))).toMatchObject({ code: 'conflict' })
  })
})

describe('A create-user with a taken id', () => {
  it('is a conflict if the id belongs to a chat', async () => {
    const rig = await rigWithChat()
    expect(await errorFor(rig, createUser(7, { id: room }))).toMatchObject({ code: 'conflict' })
  })
})
