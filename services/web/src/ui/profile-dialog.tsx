import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { User } from '../../../../shared/domain/events.ts'
import type { ChatModel } from '../model/chat-model.ts'
import { checkLength } from '../model/check-length.ts'
import { BlockedList } from './blocked-list.tsx'
import { Dialog } from './dialog.tsx'
import { PersonHead } from './person-head.tsx'
import { Problem } from './problem.tsx'
import { TextField } from './text-field.tsx'
import { useTask } from './use-task.ts'

interface ProfileFormProps {
  readonly model: ChatModel
  readonly me: User
}

/** The name and the picture of the signed-in user. */
const ProfileForm = ({ model, me }: ProfileFormProps): JSX.Element => {
  const [name, setName] = useState(me.name ?? '')
  const [image, setImage] = useState(me.image ?? '')
  const [isSaved, setSaved] = useState(false)
  const { isBusy, problem, run } = useTask()
  const changes = {
    ...(name.trim() === (me.name ?? '') ? {} : { name: name.trim() }),
    ...(image.trim() === (me.image ?? '') ? {} : { image: image.trim() }),
  }
  const isChanged = Object.keys(changes).length > 0
  const save = async (signal: AbortSignal): Promise<void> => {
    checkLength('The name', name.trim())
    await model.updateProfile(changes, signal)
    setSaved(true)
  }
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault()
        if (isChanged) run(save)
      }}
    >
      <TextField label="Name" value={name} type={setName} hint="Left empty, others see your id." />
      <TextField
        label="Address of your picture"
        value={image}
        type={setImage}
        hint="This page shows pictures of its own website only; for others it shows initials."
      />
      <Problem text={problem} />
      <button type="submit" class="button primary wide" disabled={isBusy || !isChanged}>
        {isSaved && !isChanged ? 'Saved' : 'Save'}
      </button>
      <span class="unseen" role="status">
        {isSaved && !isChanged ? 'Your profile is saved.' : ''}
      </span>
    </form>
  )
}

/** The own profile, and the users whom the signed-in user has blocked. */
export const ProfileDialog = ({
  model,
  close,
}: {
  readonly model: ChatModel
  readonly close: () => void
}): JSX.Element | null => {
  const me = model.me.value
  const { blocked } = model
  const { problem, run } = useTask()
  useEffect(() => run(blocked.read), [])
  if (me === undefined) return null
  return (
    <Dialog title="Your profile" close={close}>
      <div class="dialog-body">
        <PersonHead model={model} id={me.id} />
        <ProfileForm model={model} me={me} />
        <Problem text={problem} />
        <BlockedList model={model} />
      </div>
    </Dialog>
  )
}
