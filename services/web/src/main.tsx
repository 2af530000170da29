import { render } from 'preact'
import './styles/tokens.css'
import './styles/controls.css'
import './styles/layout.css'
import './styles/chat-list.css'
import './styles/conversation.css'
import './styles/panels.css'
import { openSession } from './model/session.ts'
import { applyTheme } from './model/theme.ts'
import { App } from './ui/app.tsx'

/** Newer than the syntax that an old browser refuses to load at all; without it the sentence in the page stays. */
const isSupported = typeof Promise.withResolvers === 'function'

const root = document.getElementById('app')
if (root !== null && isSupported) {
  applyTheme()
  openSession()
  root.replaceChildren()
  render(<App />, root)
}
