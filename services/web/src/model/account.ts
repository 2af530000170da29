import { device, thisWindow } from './device-storage.ts'

/** The user who signs in. */
export interface Account {
  readonly externalUserId: string
  readonly name: string
  /** If the service requires one; it also names the user. */
  readonly token?: string
}

const key = 'chat.account'
const tokenKey = 'chat.token'

/** Whether the service requires tokens, by an attribute of the page. */
export const needsToken = (): boolean => document.documentElement.dataset.auth === 'jwt'

/** The token is a secret, so it is kept for this window only. */
export const rememberAccount = (account: Account | undefined): void => {
  device.remember(key, account && { externalUserId: account.externalUserId, name: account.name })
  thisWindow.remember(tokenKey, account?.token)
}

export const recallAccount = (): Account | undefined => {
  const known = device.recall(key) as Account | undefined
  const token = thisWindow.recall(tokenKey) as string | undefined
  if (needsToken()) return token === undefined ? undefined : { externalUserId: '', name: '', token }
  return known?.externalUserId ? known : undefined
}

/** Keeps the next token of the same user. */
export const rememberToken = (token: string): void => thisWindow.remember(tokenKey, token)
