import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { madeFile } from '../made-file.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { roomWithRoles } from '../room-with-roles.ts'
import type { OpenStore } from '../stored-chat.ts'

export const attachmentTests = (opened: () => OpenStore): void => {
  const start = async () => {
    const { store, readModel } = opened()
    const chat = await roomWithChanges(store)
    const [one, other] = [madeFile({ width: 3, height: 2 }), madeFile({ name: 'Menü.pdf' })]
    const filesOf = (reader: string, ...messages: readonly string[]) =>
      readModel.attachmentsOf({ room: chat.room, reader, messages })
    return { ...chat, readModel, filesOf, id: randomUUID(), one, other }
  }

  it('reads the files of messages, each with all its fields, and nothing of messages without files', async () => {
    const { ann, bob, post, act, filesOf, id, one, other } = await start()
    const [second, plain] = [randomUUID(), randomUUID()]
    await act(post(ann, 'two', { attachments: [one, other] }, id), post(bob, 'one', { attachments: [other] }, second))
    await act(post(ann, 'plain', {}, plain))
    const found = await filesOf(bob, id, second, plain, randomUUID())
    expect(found?.filter(({ message }) => message === id)).toEqual([
      { message: id, file: one },
      { message: id, file: other },
    ])
    expect(found?.filter(({ message }) => message !== id)).toEqual([{ message: second, file: other }])
    expect(await filesOf(bob, plain)).toEqual([])
  })

  it('reads the files that a message has after its last edit', async () => {
    const { ann, post, edit, act, filesOf, id, one, other } = await start()
    await act(post(ann, 'first', { attachments: [one] }, id), edit(ann, id, 'second', { attachments: [one, other] }))
    expect((await filesOf(ann, id))?.map(({ file }) => file)).toEqual([one, other])
    await act(edit(ann, id, 'third'))
    expect(await filesOf(ann, id)).toEqual([])
  })

  it('reads no files of a deleted message', async () => {
    const { ann, post, remove, act, filesOf, id, one } = await start()
    await act(post(ann, 'first', { attachments: [one] }, id), remove(ann, id))
    expect(await filesOf(ann, id)).toEqual([])
  })

  it('reads files for present members only, and those of the named room only', async () => {
    const { ann, stranger, post, act, filesOf, readModel, id, one } = await start()
    await act(post(ann, 'first', { attachments: [one] }, id))
    expect(await filesOf(stranger, id)).toBeUndefined()
    const elsewhere = await start()
    expect(await readModel.attachmentsOf({ room: elsewhere.room, reader: elsewhere.ann, messages: [id] })).toEqual([])
    expect(await readModel.attachmentsOf({ room: randomUUID(), reader: ann, messages: [id] })).toBeUndefined()
  })

  it('reads the rights of a member: the role now, and the rules of the chat', async () => {
    const { store, readModel } = opened()
    const { ann, bob, cyd, room, act, set, update } = await roomWithRoles(store)
    expect(await readModel.rightsOf(room, ann)).toEqual({ role: 50, rules: {}, isDirect: false })
    expect(await readModel.rightsOf(room, bob)).toEqual({ role: 20, rules: {}, isDirect: false })
    expect(await readModel.rightsOf(room, cyd)).toBeUndefined()
    await act(set(ann, [bob], 'reader', '2999-01-01T00:00:00.000Z'), update(ann, { rules: { upload: 'admin' } }))
    expect(await readModel.rightsOf(room, bob)).toEqual({ role: 10, rules: { upload: 'admin' }, isDirect: false })
  })
}
