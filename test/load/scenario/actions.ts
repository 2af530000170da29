import type { Action } from './action.ts'
import { deleteMessage } from './actions/delete.ts'
import { edit } from './actions/edit.ts'
import { join } from './actions/join.ts'
import { leave } from './actions/leave.ts'
import { react } from './actions/react.ts'
import { readHistory } from './actions/read-history.ts'
import { send } from './actions/send.ts'
import { think } from './actions/think.ts'

/** The actions of a flow, by the value of `do`. A new action is a file beside these and a line here. */
export const actions = {
  join,
  'read-history': readHistory,
  think,
  send,
  react,
  edit,
  delete: deleteMessage,
  leave,
} as const satisfies Readonly<Record<string, Action>>

export type ActionName = keyof typeof actions

export const actionNames = Object.keys(actions) as readonly ActionName[]

/** Whether the report shows the duration of the action. */
export const isMeasured = (name: ActionName): boolean => actions[name].isMeasured
