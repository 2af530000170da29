import type { MemberStates } from '../../../shared/ports/member-state.ts'
import type { DatabaseSession } from '../connection/statement.ts'
import { configureMembers } from './configure-members.ts'
import { markMembers } from './mark-members.ts'
import { markThreads } from './mark-threads.ts'

/** The MemberStates on Postgres: one statement a call. */
export const postgresMemberStates = (session: DatabaseSession): MemberStates => ({
  mark: (changes) => markMembers(session, changes),
  markThreads: (changes) => markThreads(session, changes),
  configure: (changes) => configureMembers(session, changes),
})
