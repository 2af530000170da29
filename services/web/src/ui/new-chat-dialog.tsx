import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ChatModel } from '../model/chat-model.ts'
import { checkLength } from '../model/check-length.ts'
import { offersDirectChats } from '../model/direct-chat.ts'
import { goTo } from '../model/route.ts'
import { externalIdsIn, findPeople, startChat, startUnnamedChat } from '../model/start-chat.ts'
import { Dialog } from './dialog.tsx'
import { PersonPicker } from './person-picker.tsx'
import { Problem } from './problem.tsx'
import { useTask } from './use-task.ts'

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
    const named = { users, name: name.trim(), signal }
    const room = await (named.name === '' ? startUnnamedChat(model, users, signal) : startChat(model, named))
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
          <span class="field-hint">
            {offersDirectChats(model)
              ? 'Left empty, it is named after its people. With one person it is your direct chat.'
              : 'Left empty, it is named after its people.'}
          </span>
        </label>
        <Problem text={problem} />
        <button type="submit" class="button primary wide" disabled={isBusy}>
          {isBusy ? 'Starting…' : 'Start'}
        </button>
      </form>
    </Dialog>
  )
}
