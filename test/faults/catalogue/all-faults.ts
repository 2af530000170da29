import type { Fault } from '../harness/fault.ts'
import { clientFaults } from './clients.ts'
import { clockFaults } from './clocks.ts'
import { gatewayFaults } from './gateways.ts'
import { kafkaFaults } from './kafka.ts'
import { linkFaults } from './links.ts'
import { memberFaults } from './members.ts'
import { operationFaults } from './operation.ts'
import { postgresFaults } from './postgres.ts'
import { randomSchedule } from './random-schedule.ts'
import { redisFaults } from './redis.ts'
import { writerFaults } from './writers.ts'

const placeOf = ({ id }: Fault): number => Number.parseInt(id.slice(1), 10)

/** All faults of the table, in the order of their numbers. */
export const allFaults: readonly Fault[] = [
  ...gatewayFaults,
  ...writerFaults,
  ...kafkaFaults,
  ...postgresFaults,
  ...redisFaults,
  ...linkFaults,
  ...clockFaults,
  ...clientFaults,
  ...operationFaults,
  ...memberFaults,
  randomSchedule(2),
].sort((a, b) => placeOf(a) - placeOf(b) || a.id.localeCompare(b.id))
