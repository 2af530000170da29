import type { Role } from './roles.ts'

/**
 * The least role for each action, where a chat has no rule of its own. The defaults permit what was permitted before there
 * were rules. `thread`: to reply in a thread, in addition to `post`. `roles`: to change roles of others and to lift bans.
 */
export const defaultRules = {
  post: 'member',
  thread: 'member',
  react: 'member',
  edit_own: 'member',
  delete_own: 'member',
  add: 'member',
  upload: 'member',
  signal: 'member',
  mention_all: 'member',
  remove: 'moderator',
  delete_any: 'moderator',
  pin: 'moderator',
  roles: 'moderator',
  update: 'admin',
} as const satisfies Readonly<Record<string, Role>>

/** An action that needs a role. */
export type Action = keyof typeof defaultRules

export const actions = Object.keys(defaultRules) as [Action, ...Action[]]

/**
 * The rules of a chat that differ from the defaults. `edit_s`: for how many seconds an author may edit its message; absent:
 * always. `retention_days`: after how many days messages are erased; absent: as the operator has set for all chats.
 */
export type Rules = Readonly<Partial<Record<Action, Role>>> & { readonly edit_s?: number; readonly retention_days?: number }

/** The least role for an action. */
export const neededFor = (action: Action, rules: Rules): Role => rules[action] ?? defaultRules[action]

/** Rules as a request gives them. */
export type RequestedRules = { readonly [Name in Action]?: Role | undefined } & {
  readonly edit_s?: number | undefined
  readonly retention_days?: number | undefined
}

/** The given rules without those that are the defaults, in a fixed order. */
export const withoutDefaults = (given: RequestedRules): Rules => {
  const own = actions.flatMap((action) => {
    const role = given[action]
    return role === undefined || role === defaultRules[action] ? [] : [[action, role] as const]
  })
  const { edit_s, retention_days } = given
  return {
    ...Object.fromEntries(own),
    ...(edit_s === undefined ? {} : { edit_s }),
    ...(retention_days === undefined ? {} : { retention_days }),
  }
}
