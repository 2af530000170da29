import type { JSX } from 'preact'
import type { ListedMember } from '../../../../shared/client/call-types.ts'
import type { ChatModel } from '../model/chat-model.ts'
import { isolate } from '../model/isolate.ts'
import type { ViewedRoom } from '../model/room.ts'
import { Icon } from './icons.tsx'
import { PersonAvatar } from './person-avatar.tsx'
import { PersonLink } from './person-link.tsx'
import { RoleMark } from './role-mark.tsx'

interface MemberRowProps {
  readonly model: ChatModel
  readonly room: ViewedRoom
  readonly member: ListedMember
  readonly isBusy: boolean
  readonly remove: () => void
  readonly manage: () => void
}

/** A member in the list of people, with the actions on it that the signed-in user may take. */
export const MemberRow = ({ model, room, member, isBusy, remove, manage }: MemberRowProps): JSX.Element => {
  const { user_id: id } = member
  const isMe = id === model.me.value?.id
  const name = isolate(model.people.nameOf(id))
  const mayRemove = isMe ? !room.isDirect : room.rights.mayTo('remove', member)
  const mayManage = room.rights.mayTo('roles', member) && model.features.value.has('update-members')
  return (
    <li class="person">
      <PersonAvatar model={model} id={id} />
      <div class="member-names">
        <PersonLink model={model} id={id} />
        <RoleMark member={member} />
      </div>
      {mayRemove ? (
        <button
          type="button"
          class="button small"
          disabled={isBusy}
          aria-label={isMe ? 'Leave the chat' : `Remove ${name}`}
          onClick={remove}
        >
          {isMe ? 'Leave' : 'Remove'}
        </button>
      ) : null}
      {mayManage ? (
        <button type="button" class="icon-button" aria-label={`Role of ${name}`} title="Role, mute and ban" onClick={manage}>
          <Icon name="more" />
        </button>
      ) : null}
    </li>
  )
}
