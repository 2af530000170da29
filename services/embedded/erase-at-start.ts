import { StartError } from '../../shared/runtime/config/start-error.ts'
import type { EraseUserDeps } from '../admin/erasure/erase-user.ts'
import type { ErasureReceipt } from '../admin/erasure/receipt.ts'
import { embeddedRemains } from '../admin/erasure/receipt.ts'
import { NoSuchUserError, runErasure } from '../admin/erasure/run-erasure.ts'
import type { ErasedArgument } from './start-arguments.ts'

/** Erases a user before the chat accepts connections; resolves with the receipt. Rejects with `StartError` if there is no such user. */
export const eraseAtStart = async (deps: EraseUserDeps, { user, isId }: ErasedArgument): Promise<ErasureReceipt> => {
  const flags = new Set(isId ? ['--id'] : [])
  try {
    return await runErasure(deps, () => embeddedRemains, user, flags)
  } catch (error) {
    if (error instanceof NoSuchUserError) throw new StartError(`${isId ? '--erase-user-id' : '--erase-user'}: ${error.message}`)
    throw error
  }
}
