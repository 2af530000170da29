import type { JSX } from 'preact'
import type { MessageView } from '../model/message-view.ts'
import { Icon } from './icons.tsx'
import { setTo } from './set-signal.ts'

/** The reason why an action on a message failed, until it is closed. */
export const ActionProblem = ({ view }: { readonly view: MessageView }): JSX.Element => (
  <div class="action-problem" role="alert">
    {view.problem.value === undefined ? null : (
      <div class="problem">
        <span>{view.problem.value}</span>
        <button type="button" class="icon-button" aria-label="Close this message" onClick={setTo(view.problem, undefined)}>
          <Icon name="close" />
        </button>
      </div>
    )}
  </div>
)
