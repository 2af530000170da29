import type { EraseUserDeps } from './erase-user.ts'
import { eraseUser, planErasure } from './erase-user.ts'
import type { ErasureReceipt, Remains } from './receipt.ts'
import { receiptOf } from './receipt.ts'

/** The flags of the subcommand, with their help texts. */
export const eraseFlags = {
  '--id': 'the argument is the id that the service gave; needed to continue once the external id is erased',
  '--dry-run': 'changes nothing; the receipt has the numbers that an erasure would have now',
} as const

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** No user has the id that the operator has given. */
export class NoSuchUserError extends Error {
  constructor() {
    super('there is no such user')
    this.name = 'NoSuchUserError'
  }
}

/**
 * Erases the user that the argument names; resolves with the receipt, with the places that `remainsAt` returns for its time.
 * Rejects with `NoSuchUserError` if there is no such user.
 */
export const runErasure = async (
  deps: EraseUserDeps,
  remainsAt: (nowMs: number) => readonly Remains[],
  argument: string,
  flags: ReadonlySet<string>,
): Promise<ErasureReceipt> => {
  const { reads, clock, log } = deps
  const isId = flags.has('--id')
  if (isId && !uuid.test(argument)) throw new Error('the argument of --id is not the id of a user')
  const user = await (isId ? reads.userById(argument) : reads.userByExternalId(argument))
  if (user === undefined) throw new NoSuchUserError()
  const isDryRun = flags.has('--dry-run')
  log.info(
    { user: user.id },
    isDryRun ? 'planning an erasure' : 'erasing a user; continue with --id and this id if it is interrupted',
  )
  const counts = await (isDryRun ? planErasure(deps, user) : eraseUser(deps, user))
  const nowMs = clock.nowMs()
  return receiptOf(user.id, counts, { isDryRun, remains: remainsAt(nowMs), nowMs })
}
