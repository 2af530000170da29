import { signalCanary } from '../world/simulated-settings.ts'
import type { SimulatedWorld } from '../world/simulated-world.ts'

/** J4: signals leave no trace in the command log and in the events. */
export const checkTraces = ({ log, store }: SimulatedWorld, say: (problem: string) => void): void => {
  if (log.records.some(({ value }) => value.includes(signalCanary))) say('the command log contains a signal')
  if (store.committed().some(({ event }) => event.data.includes(signalCanary))) say('an event contains a signal')
}
