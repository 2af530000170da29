import type { JSX } from 'preact'
import { Dialog } from './dialog.tsx'
import { shortcuts } from './use-shortcuts.ts'

export const ShortcutsDialog = ({ close }: { readonly close: () => void }): JSX.Element => (
  <Dialog title="Keyboard shortcuts" close={close}>
    <div class="dialog-body">
      <table class="shortcuts">
        <tbody>
          {shortcuts.map(({ keys, text }) => (
            <tr key={keys}>
              <th scope="row">
                <kbd>{keys}</kbd>
              </th>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" class="button" onClick={close}>
        Done
      </button>
    </div>
  </Dialog>
)
