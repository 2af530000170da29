import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import type { Admission } from '../admission/admission.ts'
import type { Authenticate, Principal } from '../admission/auth.ts'
import type { Caller } from '../requests/requester.ts'

/** The time that a session's token leaves it. */
export interface TokenLife {
  /** A new token of the same subject, with the same role, takes the place of the last; any other ends the session. */
  refresh(request: RequestOf<'refresh'>): Promise<void>
  /** Nothing ends any more. Idempotent. */
  stop(): void
}

/** The session that the token is of. */
export interface TokenOwner extends Pick<Caller, 'isClosed' | 'answer' | 'fail' | 'refuse'> {
  close(code: { readonly code: number; readonly reason: string }): void
}

/** The longest delay that a timer takes. */
const longestMs = 2_147_483_647

const expiryText = ({ expiresAtMs }: Principal): string =>
  expiresAtMs === undefined ? '{}' : `{"expires_at":"${new Date(expiresAtMs).toISOString()}"}`

/** A class for the sake of memory: every session has one. */
class WatchedToken implements TokenLife {
  private readonly owner: TokenOwner
  private readonly authenticate: Authenticate
  private readonly clock: Clock
  private principal: Principal
  private timer: Timer | undefined = undefined
  private isRefreshing = false

  constructor(owner: TokenOwner, { principal, authenticate }: Pick<Admission, 'principal' | 'authenticate'>, clock: Clock) {
    this.owner = owner
    this.authenticate = authenticate
    this.clock = clock
    this.principal = principal
    this.watch()
  }

  async refresh(request: RequestOf<'refresh'>): Promise<void> {
    if (this.isRefreshing) return this.owner.fail(request, errorBody('rate_limited', 'one refresh at a time', undefined, 100))
    this.isRefreshing = true
    try {
      await this.replace(request)
    } finally {
      this.isRefreshing = false
    }
  }

  stop(): void {
    this.timer?.cancel()
  }

  private watch(): void {
    const { timer, principal, clock } = this
    timer?.cancel()
    if (principal.expiresAtMs === undefined) return
    const leftMs = Math.max(0, principal.expiresAtMs - clock.nowMs())
    this.timer = clock.after(Math.min(leftMs, longestMs), () => this.look())
  }

  private look(): void {
    if ((this.principal.expiresAtMs ?? 0) > this.clock.nowMs()) this.watch()
    else this.owner.close(closeCodes.tokenExpired)
  }

  private async replace(request: RequestOf<'refresh'>): Promise<void> {
    const verdict = await this.authenticate(request.body.token)
    if (this.owner.isClosed) return
    if ('fault' in verdict) {
      if (verdict.fault !== 'keys_unavailable') return this.refuse(request)
      return this.owner.fail(request, errorBody('unavailable', 'tokens cannot be verified now', undefined, verdict.retryInMs))
    }
    const { principal } = verdict
    if (principal.subject !== this.principal.subject || principal.isService !== this.principal.isService)
      return this.refuse(request)
    this.principal = principal
    this.owner.answer(request, expiryText(principal))
    this.watch()
  }

  private refuse(request: RequestOf<'refresh'>): void {
    this.owner.refuse(request, 'unauthenticated', 'body.token: refused')
    this.owner.close(closeCodes.unauthenticated)
  }
}

export const createTokenLife = (
  owner: TokenOwner,
  admission: Pick<Admission, 'principal' | 'authenticate'>,
  clock: Clock,
): TokenLife => new WatchedToken(owner, admission, clock)
