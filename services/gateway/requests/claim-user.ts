import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import type { Principal } from '../admission/auth.ts'

type CreateUserBody = RequestOf<'create-user'>['body']

/** A `create-user` with the user that it names. */
export type NamedCreateUser = RequestOf<'create-user'> & { readonly body: { readonly user: NonNullable<CreateUserBody['user']> } }

const nameless = { field: 'body.user', reason: 'there is no token to name the user' }

/** Fills in the user of a `create-user`: without `body.user`, the subject of the token. Only a service may name another user. */
export const claimUser = ({ subject, isService }: Principal, request: RequestOf<'create-user'>): NamedCreateUser | ErrorBody => {
  const user = request.body.user ?? (subject === undefined ? undefined : { externalUserId: subject })
  if (user === undefined) return errorBody('invalid', `${nameless.field}: ${nameless.reason}`, nameless)
  if (!isService && user.externalUserId !== subject) return errorBody('forbidden', 'body.user: only a service may name others')
  return { ...request, body: { ...request.body, user } }
}
