import type { Clock, Timer } from '../../shared/ports/clock.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { errorBody } from '../../shared/protocol/errors.ts'
import type { RequestOf } from '../../shared/protocol/requests.ts'
import type { Admission } from './admission.ts'
import type { Principal } from './auth.ts'
import type { Caller } from './caller.ts'

/** The time that a session's token leaves it. */
export interface TokenLife {
  /** A new token of the same subject, with the same role, takes the place of the last; any other ends the session. */
  refresh(request: RequestOf<'refresh'>): Promise<void>
  /** Nothing ends any more. Idempotent. */
  stop(): void
}

export interface TokenLifePorts {
  readonly admission: Pick<Admission, 'principal' | 'authenticate'>
  readonly clock: Clock
  readonly caller: Pick<Caller, 'isClosed' | 'answer' | 'fail' | 'refuse'>
  readonly close: (code: { readonly code: number; readonly reason: string }) => void
}

/** The longest delay that a timer takes. */
const longestMs = 2_147_483_647

const expiryText = ({ expiresAtMs }: Principal): string =>
  expiresAtMs === undefined ? '{}' : `{"expires_at":"${new Date(expiresAtMs).toISOString()}"}`

export const createTokenLife = ({ admission, clock, caller, close }: TokenLifePorts): TokenLife => {
  let { principal } = admission
  let timer: Timer | undefined
  let isRefreshing = false

  const watch = (): void => {
    timer?.cancel()
    if (principal.expiresAtMs === undefined) return
    const leftMs = Math.max(0, principal.expiresAtMs - clock.nowMs())
    timer = clock.after(Math.min(leftMs, longestMs), look)
  }
  const look = (): void => {
    if ((principal.expiresAtMs ?? 0) > clock.nowMs()) watch()
    else close(closeCodes.tokenExpired)
  }

  const refuseToken = (request: RequestOf<'refresh'>): void => {
    caller.refuse(request, 'unauthenticated', 'body.token: refused')
    close(closeCodes.unauthenticated)
  }

  const replace = async (request: RequestOf<'refresh'>): Promise<void> => {
    const verdict = await admission.authenticate(request.body.token)
    if (caller.isClosed) return
    if ('fault' in verdict) {
      if (verdict.fault !== 'keys_unavailable') return refuseToken(request)
      return caller.refuse(request, 'unavailable', 'tokens cannot be verified now')
    }
    const next = verdict.principal
    if (next.subject !== principal.subject || next.isService !== principal.isService) return refuseToken(request)
    principal = next
    caller.answer(request, expiryText(principal))
    watch()
  }

  watch()
  return {
    refresh: async (request) => {
      if (isRefreshing) return caller.fail(request, errorBody('rate_limited', 'one refresh at a time', undefined, 100))
      isRefreshing = true
      await replace(request)
      isRefreshing = false
    },
    stop: () => timer?.cancel(),
  }
}
