import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import { closeCodes } from '../../../shared/protocol/close-codes.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import type { Admission } from '../admission/admission.ts'
import type { Authenticate, Principal } from '../admission/auth.ts'
import type { Requester } from '../requests/requester.ts'

/** The session that a token belongs to. */
type TokenOwner = Pick<Requester, 'isClosed' | 'answer' | 'fail' | 'refuse'> & {
  close(code: { readonly code: number; readonly reason: string }): void
}

/** The longest delay that a timer accepts. */
const longestMs = 2_147_483_647

const expiryText = ({ expiresAtMs }: Principal): string =>
  expiresAtMs === undefined ? '{}' : `{"expires_at":"${new Date(expiresAtMs).toISOString()}"}`

/**
 * Closes a session when its token expires, unless a new token replaces it. A
 * class, because every session has one.
 */
export class TokenLife {
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

  /** Replaces the token by one of the same subject and role. Any other token closes the session. */
  async refresh(request: RequestOf<'refresh'>): Promise<void> {
    if (this.isRefreshing) return this.owner.fail(request, errorBody('rate_limited', 'one refresh at a time', undefined, 100))
    this.isRefreshing = true
    try {
      await this.replace(request)
    } finally {
      this.isRefreshing = false
    }
  }

  /** The session has ended. Idempotent. */
  stop(): void {
    this.timer?.cancel()
  }

  private watch(): void {
    const { timer, principal, clock } = this
    timer?.cancel()
    if (principal.expiresAtMs === undefined) return
    const leftMs = Math.max(0, principal.expiresAtMs - clock.nowMs())
    this.timer = clock.after(Math.min(leftMs, longestMs), () => this.closeIfExpired())
  }

  private closeIfExpired(): void {
    if ((this.principal.expiresAtMs ?? 0) > this.clock.nowMs()) this.watch()
    else this.owner.close(closeCodes.tokenExpired)
  }

  private async replace(request: RequestOf<'refresh'>): Promise<void> {
    const result = await this.authenticate(request.body.token)
    if (this.owner.isClosed) return
    if ('fault' in result) {
      if (result.fault !== 'keys_unavailable') return this.refuse(request)
      return this.owner.fail(request, errorBody('unavailable', 'tokens cannot be verified now', undefined, result.retryInMs))
    }
    const { principal } = result
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
