/** The members of a room event's body that the fold reads. */
export interface RoleBody {
  readonly user_id?: string
  readonly created_at?: string
  readonly users?: readonly string[]
  /** The user whose messages are erased. */
  readonly user?: string
  readonly banned?: readonly string[]
  readonly role?: string
  readonly until?: string
  readonly chat?: {
    readonly users?: readonly string[]
    readonly rules?: Readonly<Record<string, unknown>>
    readonly created_at?: string
    /** The direct chat of two users, who have the same rights. */
    readonly direct?: boolean
  }
  readonly thread?: string
  readonly mentions?: unknown
}

/** The roles and rules of one room, folded from its events alone: a second statement of what PROTOCOL.md says about them. */
export interface RoleFold {
  /** Says what the event at `seq` was not allowed to do, and applies it. Says nothing about a room whose creation is not known. */
  fold(event: string, seq: number, body: RoleBody): void
  /** Whether the role of the user permits the action at this time. */
  permits(user: string | undefined, action: string, at: string | undefined): boolean
  /** For how long after its post an author may edit a message; undefined: for ever. */
  readonly editMs: number | undefined
}

const numbers: Readonly<Record<string, number>> = { reader: 10, member: 20, moderator: 30, admin: 40, owner: 50 }
const owner = 50
const plainMember = 20

const needsModerator = new Set(['remove', 'delete_any', 'pin', 'roles'])

const defaultFor = (action: string): string => {
  if (action === 'update') return 'admin'
  return needsModerator.has(action) ? 'moderator' : 'member'
}

interface Person {
  isMember: boolean
  lasting: number
  lowered: { readonly role: number; readonly until: string } | undefined
  isBanned: boolean
}

type Say = (problem: string) => void

export const createRoleFold = (say: Say): RoleFold => {
  const people = new Map<string, Person>()
  let rules: Readonly<Record<string, unknown>> = {}
  let isCreated = false
  let isDirect = false
  /** The events of handwritten histories may not name the actor. */
  let isActorKnown = false

  const person = (id: string): Person => {
    const known = people.get(id) ?? { isMember: false, lasting: plainMember, lowered: undefined, isBanned: false }
    people.set(id, known)
    return known
  }

  const roleAt = (id: string, at: string): number => {
    const { lasting, lowered } = person(id)
    return lowered !== undefined && lowered.until > at ? Math.min(lowered.role, lasting) : lasting
  }

  const needed = (action: string): number => {
    if (isDirect) return action === 'pin' || defaultFor(action) === 'member' ? plainMember : Number.POSITIVE_INFINITY
    return numbers[(rules[action] as string | undefined) ?? defaultFor(action)] ?? 0
  }

  /** Another check reports a user who is not a member. */
  const permits: RoleFold['permits'] = (user = '', action, at = '') =>
    !isCreated || !person(user).isMember || roleAt(user, at) >= needed(action)

  const require = (isAllowed: boolean, seq: number, what: string): void => {
    if (isCreated && isActorKnown && !isAllowed) say(`${seq} is ${what}`)
  }

  const requireRule = (action: string, seq: number, { user_id: user, created_at: at }: RoleBody): void =>
    require(permits(user, action, at), seq, `by a user whose role is below the rule ${action}`)

  const requireAbove = (seq: number, { user_id: user = '', created_at: at = '' }: RoleBody, others: readonly string[]): void => {
    const own = roleAt(user, at)
    for (const other of others)
      require(!person(other).isMember || person(other).lasting < own, seq, 'about a user whose role is not below the actor’s')
  }

  const join = (id: string, seq: number): void => {
    const joining = person(id)
    require(!joining.isBanned, seq, 'the addition of a banned user')
    if (joining.lasting !== owner) joining.lasting = plainMember
    joining.isMember = true
  }

  const remove = (seq: number, body: RoleBody): void => {
    const { users = [], banned = [], user_id: actor } = body
    const others = [...new Set([...users, ...banned])].filter((user) => user !== actor || banned.includes(user))
    if (others.length > 0) requireRule('remove', seq, body)
    requireAbove(seq, body, others)
    for (const user of users) person(user).isMember = false
    for (const user of banned) Object.assign(person(user), { isBanned: true, lasting: plainMember, lowered: undefined })
  }

  const setOwn = (seq: number, { user_id: user = '', created_at: at = '', role = '', until }: RoleBody): void => {
    require(until === undefined, seq, 'a lower role for a time that a user has set for itself')
    require((numbers[role] ?? 0) <= roleAt(user, at), seq, 'a role that a user has raised for itself')
    const owners = [...people.values()].filter(({ isMember, lasting }) => isMember && lasting === owner)
    const isLast = owners.length === 1 && owners[0] === person(user)
    require(!isLast || numbers[role] === owner, seq, 'a lower role for the last owner')
  }

  const setRoles = (seq: number, body: RoleBody): void => {
    const { users = [], user_id: actor = '', created_at: at = '', role = '', until } = body
    const number = numbers[role] ?? 0
    const others = users.filter((user) => user !== actor)
    if (others.length > 0) {
      requireRule('roles', seq, body)
      requireAbove(seq, body, others)
      require(number <= roleAt(actor, at), seq, 'a role above that of its giver')
    }
    if (others.length < users.length) setOwn(seq, body)
    if (until !== undefined) require(until > at, seq, 'a lower role that is over')
    for (const user of users) {
      const changed = person(user)
      if (until === undefined) Object.assign(changed, { lasting: number, lowered: undefined, isBanned: false })
      else changed.lowered = { role: number, until }
    }
  }

  const create = (body: RoleBody): void => {
    isCreated = true
    rules = body.chat?.rules ?? {}
    for (const user of body.chat?.users ?? []) person(user).isMember = true
    isDirect = body.chat?.direct === true
    if (!isDirect) person(body.user_id ?? '').lasting = owner
  }

  const post = (seq: number, body: RoleBody): void => {
    requireRule('post', seq, body)
    if (body.thread !== undefined) requireRule('thread', seq, body)
    if (body.mentions === 'all') requireRule('mention_all', seq, body)
  }

  const folds: Readonly<Record<string, (seq: number, body: RoleBody) => void>> = {
    'create-chat': (_, body) => create(body),
    'new-message': post,
    'set-reaction': (seq, body) => requireRule('react', seq, body),
    'set-pin': (seq, body) => requireRule('pin', seq, body),
    'add-users': (seq, body) => {
      requireRule('add', seq, body)
      for (const user of body.users ?? []) join(user, seq)
    },
    'remove-users': remove,
    'update-members': setRoles,
    erase: (seq, { user, users = [] }) => {
      const isLeft = user !== undefined && person(user).isMember && !users.includes(user)
      if (isCreated && isLeft) say(`${seq} is an erasure that leaves its user a member`)
      for (const gone of users) person(gone).isMember = false
    },
    'update-chat': (seq, body) => {
      requireRule('update', seq, body)
      rules = body.chat?.rules ?? rules
    },
  }

  return {
    fold: (event, seq, body) => {
      isActorKnown = body.user_id !== undefined
      folds[event]?.(seq, body)
    },
    permits,
    get editMs() {
      return typeof rules.edit_s === 'number' ? rules.edit_s * 1_000 : undefined
    },
  }
}
