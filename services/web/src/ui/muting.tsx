import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ListedMember } from '../../../../shared/client/call-types.ts'
import type { ChatModel } from '../model/chat-model.ts'
import type { ViewedRoom } from '../model/room.ts'
import { serviceClock } from '../model/service-clock.ts'
import { Problem } from './problem.tsx'
import { SelectField } from './select-field.tsx'
import { useTask } from './use-task.ts'

const times = [
  ['10', '10 minutes'],
  ['60', '1 hour'],
  ['1440', '1 day'],
  ['10080', '1 week'],
] as const

type Minutes = (typeof times)[number][0]

interface MutingProps {
  readonly model: ChatModel
  readonly room: ViewedRoom
  readonly member: ListedMember
}

/** Makes a member a reader for a time, or ends this. */
export const Muting = ({ model, room, member: { user_id, role, until } }: MutingProps): JSX.Element | null => {
  const [minutes, setMinutes] = useState<Minutes>('60')
  const { isBusy, problem, run } = useTask()
  const mute = async (signal: AbortSignal): Promise<void> => {
    const end = new Date(serviceClock.now() + Number(minutes) * 60_000).toISOString()
    await model.client.updateMembers(room.id, [user_id], 'reader', { until: end, signal })
  }
  const unmute = async (signal: AbortSignal): Promise<void> => {
    await model.client.updateMembers(room.id, [user_id], 'member', { signal })
  }
  if (until === undefined && role === 'reader') return null
  return (
    <section class="dialog-part">
      {until === undefined ? <SelectField label="Mute for" value={minutes} choose={setMinutes} options={times} /> : null}
      <p class="field-hint">
        {until === undefined
          ? 'Until then, this person can read the chat but not write in it.'
          : 'If you end the mute now, this person becomes a member of the chat without another role.'}
      </p>
      <Problem text={problem} />
      <button type="button" class="button" disabled={isBusy} onClick={() => run(until === undefined ? mute : unmute)}>
        {until === undefined ? 'Mute' : 'End the mute'}
      </button>
    </section>
  )
}
