import { signal } from '@preact/signals'
import type { Account } from './account.ts'
import { needsToken, recallAccount, rememberAccount } from './account.ts'
import type { ChatModel } from './chat-model.ts'
import { createChatModel } from './chat-model.ts'
import { takeHandedToken } from './handed-token.ts'

/** The chat of the signed-in user; undefined if no user is signed in. */
export const session = signal<ChatModel | undefined>(undefined)

export const signIn = (account: Account): void => {
  rememberAccount(account)
  session.value = createChatModel(account)
}

export const signOut = (): void => {
  session.value?.signOut()
  rememberAccount(undefined)
  session.value = undefined
}

/** A token from the address. It signs in only after the user has agreed, because anyone can create such a link. */
export const offeredToken = signal<string | undefined>(undefined)

export const acceptOffered = (token: string): void => {
  offeredToken.value = undefined
  signIn({ externalUserId: '', name: '', token })
}

export const declineOffered = (): void => {
  offeredToken.value = undefined
}

/** Accepts the token for the signed-in user if it names the same user. A link never changes the user. */
const take = (token: string): void => {
  if (session.value === undefined) offeredToken.value = token
  else session.value.tokens?.replace(token)
}

const takeHanded = (): void => {
  const handed = takeHandedToken()
  if (handed !== undefined && needsToken()) take(handed)
}

/** Restores the session when the page opens, or offers to sign in with the token of the address. */
export const openSession = (): void => {
  const recalled = recallAccount()
  if (recalled !== undefined) session.value = createChatModel(recalled)
  takeHanded()
  addEventListener('hashchange', takeHanded)
}
