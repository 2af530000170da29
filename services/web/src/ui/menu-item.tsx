import type { JSX } from 'preact'
import type { IconName } from './icons.tsx'
import { Icon } from './icons.tsx'

interface MenuItemProps {
  readonly icon: IconName
  readonly text: string
  readonly act: () => void
  readonly isDanger?: boolean
}

/** An action in a menu. */
export const MenuItem = ({ icon, text, act, isDanger = false }: MenuItemProps): JSX.Element => (
  <button type="button" class="menu-item" role="menuitem" tabIndex={-1} data-danger={isDanger} onClick={act}>
    <Icon name={icon} />
    {text}
  </button>
)
