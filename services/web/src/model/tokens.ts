import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import { clientTimes } from '../../../../shared/client/client-times.ts'
import type { PageClock } from './service-clock.ts'
import { serviceClock } from './service-clock.ts'
import { claimsOf, endOf } from './token-claims.ts'

/** The reason for requesting another token. */
export type TokenWanted = 'ends soon' | 'ended' | 'refused'

/**
 * The token of the signed-in user.
 *
 * Promises:  the client gets the last token while that is valid; otherwise it
 *            waits until the user gives another one, and `wanted` has the
 *            reason. The service's clock, not the device's, determines whether
 *            a token has ended.
 * Does not:  verify a token: the service does.
 */
export interface Tokens {
  readonly wanted: Signal<TokenWanted | undefined>
  /** The source of tokens for the client. */
  get(): Promise<string>
  /** Undefined if the token is accepted; otherwise the reason, as a sentence for the user. */
  replace(token: string): string | undefined
  /** Checks whether the token is the reason for a failed connection. */
  checkRefusal(): Promise<void>
}

/** A JWT has three parts of these characters; a subprotocol may contain no others. */
const looksLikeToken = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)

/**
 * Whether the service refuses this token; false if it cannot be reached. A
 * browser does not show a page why a WebSocket was refused, so this asks over
 * HTTP. The answer also has the service's time.
 */
export const isRefused = async (token: string): Promise<boolean> => {
  try {
    const answer = await fetch('api/v1/get-users', { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    serviceClock.note(answer)
    return answer.status === 401
  } catch {
    return false
  }
}

/** By the service's clock; false while that is unknown. */
const hasEnded = (token: string, clock: Pick<PageClock, 'known'>): boolean => {
  const now = clock.known()
  return now !== undefined && endOf(token) <= now
}

const notToken = 'This is not a token: a token is three words of letters and digits, with dots between them.'
const endedToken = 'This token has ended already.'

/** The token, if the service accepts it. Rejects with a sentence for the user. */
export const checkedToken = async (token: string): Promise<string> => {
  if (!looksLikeToken(token)) throw new Error(notToken)
  if (!(await isRefused(token))) return token
  throw new Error(hasEnded(token, serviceClock) ? endedToken : 'The service refuses this token.')
}

interface TokensOptions {
  readonly first: string
  readonly isOnline: () => boolean
  /** Called with each new token that was accepted. */
  readonly onAccepted: (token: string) => void
}

export const createTokens = ({ first, isOnline, onAccepted }: TokensOptions): Tokens => {
  const wanted = signal<TokenWanted | undefined>(undefined)
  let last = first
  let refused: string | undefined
  let waiting: ((token: string) => void)[] = []

  /** Undefined if the last token is valid. A client that is online asks for a token that replaces the last one. */
  const whyAnother = (): TokenWanted | undefined => {
    if (hasEnded(last, serviceClock)) return 'ended'
    if (last === refused) return 'refused'
    const leftMs = endOf(last) - serviceClock.now()
    return isOnline() && leftMs <= clientTimes.refreshBeforeMs ? 'ends soon' : undefined
  }

  const problemWith = (token: string): string | undefined => {
    if (!looksLikeToken(token)) return notToken
    if (hasEnded(token, serviceClock)) return endedToken
    const [mine, theirs] = [claimsOf(last).sub, claimsOf(token).sub]
    if (mine !== theirs) return `This token is of another user: ${String(theirs)}. You are signed in as ${String(mine)}.`
    return endOf(token) > endOf(last) || wanted.value === 'refused' ? undefined : 'This token ends no later than the one before.'
  }

  return {
    wanted,
    get: async () => {
      if (serviceClock.known() === undefined) await serviceClock.sync()
      const why = whyAnother()
      wanted.value = why
      return why === undefined ? last : new Promise((resolve) => waiting.push(resolve))
    },
    replace: (token) => {
      const problem = problemWith(token)
      if (problem !== undefined) return problem
      last = token
      wanted.value = undefined
      onAccepted(token)
      const resolvers = waiting
      waiting = []
      for (const resolve of resolvers) resolve(token)
      return undefined
    },
    checkRefusal: async () => {
      const suspected = last
      if (suspected !== refused && (await isRefused(suspected))) refused = suspected
    },
  }
}
