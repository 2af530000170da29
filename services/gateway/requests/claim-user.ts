import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { RequestOf } from '../../../shared/protocol/requests.ts'
import type { Principal } from '../admission/auth.ts'

type Body = RequestOf<'create-user'>['body']

/** `create-user`, with the user that it means. */
export type NamedCreateUser = RequestOf<'create-user'> & { readonly body: { readonly user: NonNullable<Body['user']> } }

const nameless = { field: 'body.user', reason: 'there is no token to name the user' }

/** Whom a `create-user` means: without a user, the one that the token names. Only a service may name anyone else. */
export const claimUser = ({ subject, isService }: Principal, request: RequestOf<'create-user'>): NamedCreateUser | ErrorBody => {
  const user = request.body.user ?? (subject === undefined ? undefined : { externalUserId: subject })
  if (user === undefined) return errorBody('invalid', `${nameless.field}: ${nameless.reason}`, nameless)
  if (!isService && user.externalUserId !== subject) return errorBody('forbidden', 'body.user: only a service may name others')
  return { ...request, body: { ...request.body, user } }
}
