import type { BackingName, Stack } from '../../support/stack/stack.ts'
import { linkedRoles } from './world.ts'

const services: readonly BackingName[] = ['kafka', 'postgres', 'redis']

/** Restarts and reconnects every part of the stack. */
export const restore = async (stack: Stack): Promise<void> => {
  for (const role of linkedRoles) for (const service of services) stack.link(role, service).heal()
  for (const service of services) {
    await stack[service].start()
    await stack[service].resume()
  }
}
