import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import { clientTimes } from '../../../../shared/client/client-times.ts'
import { claimsOf, endOf } from './token-claims.ts'

/** Why another token is asked for. */
export type TokenWanted = 'ends soon' | 'ended' | 'refused'

/**
 * The token of whoever sits in front of the page.
 *
 * Promises:  the client gets the last one as long as that will do; else it
 *            waits until a person has given another, and `wanted` says why.
 * Does not:  verify anything: the service does.
 */
export interface Tokens {
  readonly wanted: Signal<TokenWanted | undefined>
  /** For the client. */
  get(): Promise<string>
  /** Undefined: it is taken. Else why it will not do, for people. */
  give(token: string): string | undefined
  /** Finds out why there is no connection: the service may refuse the token. */
  suspect(): Promise<void>
}

/** A JWT is three words of this alphabet; nothing else may travel as a subprotocol. */
const looksLikeToken = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)

/**
 * Whether the service refuses this token. A page cannot see why its socket was
 * refused; asked over HTTP, the service says. Unknown is no.
 */
export const isRefused = async (token: string): Promise<boolean> => {
  try {
    const { status } = await fetch('api/v1/get-users', { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    return status === 401
  } catch {
    return false
  }
}

/** Why this cannot be the token to sign in with; undefined: it can. */
export const flawOf = (token: string): string | undefined => {
  if (!looksLikeToken(token)) return 'This is not a token: a token is three words of letters and digits, with dots between them.'
  return endOf(token) <= Date.now() ? 'This token has ended already.' : undefined
}

/** The token, once it is known to sign in. It is checked beforehand, because a page does not see why its socket is refused. */
export const checkedToken = async (token: string): Promise<string> => {
  const flaw = flawOf(token) ?? ((await isRefused(token)) ? 'The service refuses this token.' : undefined)
  if (flaw !== undefined) throw new Error(flaw)
  return token
}

interface TokensOptions {
  readonly first: string
  readonly isOnline: () => boolean
  /** A new one was taken. */
  readonly taken: (token: string) => void
}

export const createTokens = ({ first, isOnline, taken }: TokensOptions): Tokens => {
  const wanted = signal<TokenWanted | undefined>(undefined)
  let last = first
  let refused: string | undefined
  let waiting: ((token: string) => void)[] = []

  /** Undefined: the last one will do. A client that is online asks for one to replace the last. */
  const whyAnother = (): TokenWanted | undefined => {
    const leftMs = endOf(last) - Date.now()
    if (leftMs <= 0) return 'ended'
    if (last === refused) return 'refused'
    return isOnline() && leftMs <= clientTimes.refreshBeforeMs ? 'ends soon' : undefined
  }

  const flawHere = (token: string): string | undefined => {
    const [mine, theirs] = [claimsOf(last).sub, claimsOf(token).sub]
    if (mine !== theirs) return `This token is somebody else’s: ${String(theirs)}. You are signed in as ${String(mine)}.`
    return endOf(token) > endOf(last) || wanted.value === 'refused' ? undefined : 'This token ends no later than the one before.'
  }

  return {
    wanted,
    get: () => {
      const why = whyAnother()
      wanted.value = why
      return why === undefined ? Promise.resolve(last) : new Promise((resolve) => waiting.push(resolve))
    },
    give: (token) => {
      const flaw = flawOf(token) ?? flawHere(token)
      if (flaw !== undefined) return flaw
      last = token
      wanted.value = undefined
      taken(token)
      const served = waiting
      waiting = []
      for (const resolve of served) resolve(token)
      return undefined
    },
    suspect: async () => {
      const suspected = last
      if (suspected !== refused && endOf(suspected) > Date.now() && (await isRefused(suspected))) refused = suspected
    },
  }
}
