import type { LoadCommand } from '../../support/load/send-again.ts'
import type { Settled } from '../../support/load/sending.ts'
import type { World } from './world.ts'

/** A message with a fixed id, to be sent any number of times. */
export const messageToRepeat = ({ load }: World, room: number): LoadCommand => {
  const { ids, format, next, now } = load.context
  const command = next.command()
  const intendedMs = now()
  const body = JSON.stringify({ msg: 'once', type: 'text', id: ids.command(command, intendedMs) })
  const text = (operation: number): string => format.request(String(operation), 'new-message', body, ids.room(room))
  return { event: 'new-message', room, command, intendedMs, text }
}

/** Sends it as this user; resolves with the outcome of this attempt. */
export const sendAs = async ({ load }: World, user: number, message: LoadCommand): Promise<Settled> => {
  const device = load.devices.get(user)
  if (device === undefined) throw new Error(`there is no user ${user}`)
  return device.perform(message)
}
