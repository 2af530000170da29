import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ListedMember } from '../../../../shared/client/call-types.ts'
import type { Role } from '../../../../shared/domain/roles.ts'
import { roleNames, roles } from '../../../../shared/domain/roles.ts'
import type { ChatModel } from '../model/chat-model.ts'
import { roleTexts } from '../model/role-names.ts'
import type { ViewedRoom } from '../model/room.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Dialog } from './dialog.tsx'
import { Muting } from './muting.tsx'
import { PersonHead } from './person-head.tsx'
import { Problem } from './problem.tsx'
import { RoleMark } from './role-mark.tsx'
import { SelectField } from './select-field.tsx'
import { useTask } from './use-task.ts'

interface MemberProps {
  readonly model: ChatModel
  readonly room: ViewedRoom
  readonly member: ListedMember
}

interface MemberDialogProps extends MemberProps {
  readonly close: () => void
}

/** The roles that the user may give: none above the own one. */
const givenBy = (own: Role): readonly Role[] => roleNames.filter((role) => roles[role] <= roles[own])

const RoleForm = ({ model, room, member }: MemberProps): JSX.Element => {
  const { role = 'member', user_id } = member
  const [chosen, choose] = useState<Role>(role)
  const { isBusy, problem, run } = useTask()
  const set = async (signal: AbortSignal): Promise<void> => {
    await model.client.updateMembers(room.id, [user_id], chosen, { signal })
  }
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault()
        run(set)
      }}
    >
      <SelectField
        label="Role"
        value={chosen}
        choose={choose}
        options={givenBy(room.rights.own.value.role).map((name) => [name, roleTexts[name].name])}
      />
      <Problem text={problem} />
      <button type="submit" class="button primary wide" disabled={isBusy || chosen === role}>
        Set the role
      </button>
    </form>
  )
}

const Ban = ({ model, room, member: { user_id }, close }: MemberDialogProps): JSX.Element => {
  const [asks, setAsks] = useState(false)
  const { isBusy, problem, run } = useTask()
  const ban = async (signal: AbortSignal): Promise<void> => {
    await model.client.ban(room.id, [user_id], { signal })
    close()
  }
  return (
    <section class="dialog-part">
      <Problem text={problem} />
      <button type="button" class="button danger" disabled={isBusy} onClick={() => setAsks(true)}>
        Ban from the chat
      </button>
      {asks ? (
        <ConfirmDialog title="Ban this person?" action="Ban" confirm={() => run(ban)} close={() => setAsks(false)}>
          <bdi>{model.people.nameOf(user_id)}</bdi> is removed, and nobody can add them again until the ban is lifted.
        </ConfirmDialog>
      ) : null}
    </section>
  )
}

/** The role of a member, with the actions on it that the signed-in user may take. */
export const MemberDialog = ({ model, room, member, close }: MemberDialogProps): JSX.Element => {
  const { rights } = room
  return (
    <Dialog title="Member" close={close}>
      <div class="dialog-body">
        <PersonHead model={model} id={member.user_id} />
        <p>
          <RoleMark member={member} />
        </p>
        {rights.mayTo('roles', member) ? (
          <>
            <RoleForm key={member.role} model={model} room={room} member={member} />
            <Muting model={model} room={room} member={member} />
          </>
        ) : null}
        {rights.mayTo('remove', member) ? <Ban model={model} room={room} member={member} close={close} /> : null}
      </div>
    </Dialog>
  )
}
