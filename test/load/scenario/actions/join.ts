import { until } from '../../../support/poll.ts'
import { defineAction } from '../action.ts'
import { StepFailed } from '../visit.ts'
import { mustSucceed } from './must-succeed.ts'

const withinMs = 20_000
const everyMs = 5

/** The host adds the user to the room; ends when the user's socket has received the event. */
export const join = defineAction({}, async ({ load, user, room, host, dueMs }) => {
  const device = load.devices.get(user)
  const { seq } = await mustSucceed(load.perform(host, 'add-users', room, { users: [device?.userId] }, dueMs))
  const hasArrived = (): boolean => (device?.lastSeen(room) ?? 0) >= seq
  await until('the event of the join', hasArrived, { withinMs, everyMs }).catch(() => {
    throw new StepFailed('silence')
  })
})
