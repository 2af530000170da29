import type { Mutant } from './mutant.ts'

const changes = 'services/gateway/requests/member-changes.ts'
const memory = 'test/unit/memory-store/memory-member-states.ts'

/** The rules of read markers, each left out. The simulation of gateways whose members mark rooms as read detects it. */
export const markingMutants: readonly Mutant[] = [
  {
    rule: 'a marker goes back only by a greater generation (J3)',
    module: 'shared/domain/read-marker.ts',
    in: 'laterMarker',
    body: 'return other',
  },
  {
    rule: 'a gateway merges the markers that wait (J3)',
    module: changes,
    in: 'mergeMarkers',
    call: 'laterMarker',
    becomes: 'other.read',
  },
  { rule: 'a marker is clipped to the last seq of its room (J3)', module: memory, in: 'clip', body: 'return seq' },
  { rule: 'only members have markers (I9)', module: memory, in: 'chatFor', operand: 'isMember' },
  { rule: 'deleted messages are not unread (J2)', module: memory, in: 'unreadState', operand: 'isDeleted' },
  {
    rule: 'the counts of a resume are as of its heads (J2)',
    module: 'services/gateway/requests/binding.ts',
    in: 'readMemberships',
    property: 'unread',
    becomes: 'unread: unreadIn(memberships.map((one) => ({ ...one, unread: one.unread + 1 })))',
  },
]
