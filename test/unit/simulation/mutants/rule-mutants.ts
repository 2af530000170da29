import type { Mutant } from './mutant.ts'

const domain = (file: string): string => `shared/domain/${file}.ts`
const event = (file: string): string => `shared/room-events/${file}.ts`

/** The rules of roles, each left out. The simulation of roles and rules detects it (J5). */
export const ruleMutants: readonly Mutant[] = [
  {
    rule: 'an action needs the role that its rule names',
    module: domain('permissions'),
    in: 'whyNotAllowed',
    body: 'return state.members.has(command.user) ? undefined : notAllowed',
  },
  { rule: 'only members act', module: domain('permissions'), in: 'whyNotAllowed', guard: 'members' },
  {
    rule: 'a lower role applies until its end',
    module: domain('member-roles'),
    in: 'effectiveRole',
    body: 'return lastingRole(user, chat)',
  },
  {
    rule: 'a lower role applies to its last millisecond',
    module: domain('member-roles'),
    in: 'effectiveRole',
    call: 'min',
    becomes: 'Date.parse(lowered.until) - Date.parse(at) > 1 ? <original> : lasting',
  },
  {
    rule: 'a lower role has ended at its end',
    module: domain('member-roles'),
    in: 'effectiveRole',
    body: 'const lasting = lastingRole(user, chat), lowered = chat.roles.get(user)?.lowered; return lowered !== undefined && at <= lowered.until ? Math.min(lowered.role, lasting) : lasting',
  },
  {
    rule: 'the role of an actor is above that of each other user',
    module: domain('role-changes'),
    in: 'whyNotAbove',
    body: 'return whyNotAllowed(action, command, state)',
  },
  {
    rule: 'a lower role for a time does not lower the protection from others',
    module: domain('member-roles'),
    in: 'rankOf',
    call: 'lastingRole',
    becomes: 'chat.roles.get(user)?.lowered?.role ?? <original>',
  },
  { rule: 'the change of roles needs the rule', module: domain('role-changes'), in: 'whyNotAbove', guard: 'undefined' },
  { rule: 'nobody gives a role above its own', module: domain('role-changes'), in: 'whyNotSet', guard: 'effectiveRole' },
  { rule: 'nobody raises its own role', module: domain('role-changes'), in: 'whyNotOwn', guard: 'own' },
  { rule: 'nobody lowers its own role for a time', module: domain('role-changes'), in: 'whyNotOwn', guard: 'undefined' },
  { rule: 'the last owner is not lowered', module: domain('role-changes'), in: 'whyNotOwn', guard: 'isLastOwner' },
  { rule: 'a lower role ends in the future', module: domain('role-changes'), in: 'whyNotSet', guard: 'until' },
  { rule: 'a banned user is not added', module: domain('chat'), in: 'whyNotAdded', operand: 'bannedAmong' },
  {
    rule: 'a role is lost with the membership',
    module: domain('roles'),
    in: 'roleOnReturn',
    body: 'return role',
  },
  { rule: 'a post needs the rule', module: event('new-message'), in: 'whyNotPosted', operand: 'post' },
  { rule: 'a reply needs the rule', module: event('new-message'), in: 'whyNotPosted', conditional: 'thread' },
  {
    rule: 'a mention of all members needs the rule, also in an edit',
    module: event('edit-message'),
    in: 'decide',
    call: 'whyNotAllowed',
  },
  { rule: 'an addition needs the rule', module: event('add-users'), in: 'decide', guard: 'forbidden' },
  { rule: 'a removal needs the rule', module: event('remove-users'), in: 'decide', guard: 'rejection' },
  { rule: 'a change of the chat needs the rule', module: event('update-chat'), in: 'decide', guard: 'rejection' },
  { rule: 'only the author edits a message', module: domain('message-permissions'), in: 'whyNotEdited', guard: 'message' },
  { rule: 'a message is edited in time', module: domain('message-permissions'), in: 'whyNotEdited', guard: 'seconds' },
  {
    rule: 'an author deletes its message by the rule',
    module: domain('message-permissions'),
    in: 'whyNotDeleted',
    body: 'return command.user === message.user ? undefined : whyNotAllowed("delete_any", command, state)',
  },
  {
    rule: 'a pin and a reaction need the rule',
    module: domain('message-permissions'),
    in: 'permittedMessage',
    call: 'whyNotChanged',
    becomes: 'action === "pin" || action === "react" ? undefined : <original>',
  },
  {
    rule: 'the memory of a room keeps the roles of both reads',
    module: 'services/writer/remembered-room.ts',
    in: 'mergeRead',
    property: 'roles',
    becomes: '...undefined',
  },
]
