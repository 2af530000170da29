import { defineAction } from '../action.ts'
import { mustSucceed } from './must-succeed.ts'

/** The user leaves the room that it joined. */
export const leave = defineAction({}, async ({ load, user, room, dueMs }) => {
  const users = [load.devices.get(user)?.userId]
  await mustSucceed(load.perform(user, 'remove-users', room, { users }, dueMs))
})
