import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { checkLength } from '../model/check-length.ts'
import { goTo } from '../model/route.ts'
import { chatWith, externalIdsIn, findPeople, startChat } from '../model/start-chat.ts'
import { Dialog } from './dialog.tsx'
import { PersonPicker } from './person-picker.tsx'
import { Problem } from './problem.tsx'
import { useTask } from './use-task.ts'

/** The existing chat with this person, if the new one has no name either: a second one would look the same. */
const existingChat = (model: ChatModel, users: readonly string[], name: string): string | undefined => {
  const [only] = users
  return name === '' && users.length === 1 && only !== undefined ? chatWith(model, only)?.id : undefined
}

export const NewChatDialog = ({ model, close }: { readonly model: ChatModel; readonly close: () => void }): JSX.Element => {
  const [name, setName] = useState('')
  const [typed, setTyped] = useState('')
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const { isBusy, problem, run } = useTask()
  const others = model.people.known.filter(({ id }) => id !== model.me.value?.id)
  const start = async (signal: AbortSignal): Promise<void> => {
    checkLength('The name', name.trim())
    const found = await findPeople(model, externalIdsIn(typed), signal)
    const users = [...new Set([...picked, ...found.map(({ id }) => id)])]
    const room = existingChat(model, users, name.trim()) ?? (await startChat(model, { users, name: name.trim(), signal }))
    if (signal.aborted) return
    close()
    goTo({ view: 'chat', room })
  }
  return (
    <Dialog title="Start a chat" close={close}>
      <form
        class="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          run(start)
        }}
      >
        <PersonPicker people={others} picked={picked} pick={setPicked} typed={typed} type={setTyped} />
        <label class="field">
          <span class="field-label">Name of the chat</span>
          <input
            type="text"
            dir="auto"
            value={name}
            autoComplete="off"
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
          <span class="field-hint">Left empty, it is named after its people.</span>
        </label>
        <Problem text={problem} />
        <button type="submit" class="button primary wide" disabled={isBusy}>
          {isBusy ? 'Starting…' : 'Start'}
        </button>
      </form>
    </Dialog>
  )
}
