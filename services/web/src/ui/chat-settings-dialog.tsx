import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Role } from '../../../../shared/domain/roles.ts'
import { roleNames } from '../../../../shared/domain/roles.ts'
import { neededFor } from '../../../../shared/domain/rules.ts'
import type { ChatModel } from '../model/chat-model.ts'
import { titleOf } from '../model/chat-title.ts'
import { checkLength } from '../model/check-length.ts'
import { roleTexts } from '../model/role-names.ts'
import type { ViewedRoom } from '../model/room.ts'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'
import { SelectField } from './select-field.tsx'
import { TextField } from './text-field.tsx'
import { useTask } from './use-task.ts'

interface ChatSettingsProps {
  readonly model: ChatModel
  readonly room: ViewedRoom
  readonly close: () => void
}

/** Changes the name of a chat, and the least role of those who write in it. */
export const ChatSettingsDialog = ({ model, room, close }: ChatSettingsProps): JSX.Element => {
  const rules = room.rights.rules.value
  // What the user has not changed is not sent, so that a change by another device in the meantime stays.
  const [before] = useState({ title: titleOf(model, room), post: neededFor('post', rules) })
  const [name, setName] = useState(before.title)
  const [post, setPost] = useState<Role>(before.post)
  const { isBusy, problem, run } = useTask()
  const save = async (signal: AbortSignal): Promise<void> => {
    const changes = {
      ...(name.trim() === before.title ? {} : { name: name.trim() }),
      ...(post === before.post ? {} : { rules: { ...rules, post } }),
    }
    if (name.trim() === '') throw new Error('A chat needs a name.')
    checkLength('The name', name.trim())
    if (Object.keys(changes).length > 0) await model.client.update(room.id, changes, { signal })
    if (!signal.aborted) close()
  }
  return (
    <Dialog title="Chat settings" close={close}>
      <form
        class="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          run(save)
        }}
      >
        <TextField label="Name of the chat" value={name} type={setName} hint="All members see it." />
        <SelectField
          label="Who can write"
          value={post}
          choose={setPost}
          options={roleNames.map((role) => [role, roleTexts[role].atLeast])}
        />
        <Problem text={problem} />
        <button type="submit" class="button primary wide" disabled={isBusy}>
          Save
        </button>
      </form>
    </Dialog>
  )
}
