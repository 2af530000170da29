import type { Clock } from '../../shared/ports/clock.ts'
import type { CommandLog } from '../../shared/ports/command-log.ts'
import type { EventStore } from '../../shared/ports/event-store.ts'
import type { FanOut } from '../../shared/ports/fan-out.ts'
import type { MemberStates } from '../../shared/ports/member-state.ts'
import type { ReadModel } from '../../shared/ports/read-model.ts'
import type { ProtocolLimits } from '../../shared/protocol/limits.ts'
import type { Bounds } from '../../shared/runtime/config/bounds.ts'
import type { Rates } from '../../shared/runtime/config/rates.ts'
import type { Times } from '../../shared/runtime/config/times.ts'
import type { Metrics } from '../../shared/runtime/observability/metrics.ts'
import type { GatewayFiles } from './files/gateway-files.ts'
import type { GatewayLog } from './gateway-log.ts'
import type { PreSendHook } from './requests/pre-send.ts'

/** The ports and settings of a gateway. */
export interface GatewayCoreDeps {
  readonly commandLog: CommandLog
  readonly eventStore: EventStore
  readonly readModel: ReadModel
  readonly memberStates: MemberStates
  readonly fanOut: FanOut
  /** Absent: messages have no files. */
  readonly files?: GatewayFiles | undefined
  readonly clock: Clock
  readonly metrics: Metrics
  readonly log: GatewayLog
  readonly times: Times
  readonly bounds: Bounds
  readonly limits: ProtocolLimits
  readonly rates: Rates
  /** This gateway's reply address, unique among all gateways at all times. */
  readonly gateway: string
  readonly newId: () => string
  readonly random: () => number
  /** Undefined: messages are not checked before they are sent. */
  readonly preSend?: PreSendHook | undefined
}
