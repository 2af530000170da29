import type { CreateUser } from '../../../shared/domain/commands.ts'
import { at, uuid } from '../domain/chat-fixtures.ts'
import type { WriterRig } from './writer-rig.ts'

/** The command that creates the nth user. */
export const createUser = (n: number, some: Partial<CreateUser> = {}): CreateUser => ({
  v: 1,
  type: 'CreateUser',
  stream: `ext-${n}`,
  id: uuid(2, n),
  digest: `user-${n}`,
  at: at(0),
  body: { externalUserId: `ext-${n}` },
  ...some,
})

/** Creates Ann, Bob and Cleo, and clears the recorded publications. */
export const withUsers = async (rig: WriterRig): Promise<WriterRig> => {
  await rig.send(createUser(1), createUser(2), createUser(3))
  rig.clear()
  return rig
}
