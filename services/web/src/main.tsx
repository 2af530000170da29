import { render } from 'preact'
import './styles/tokens.css'
import './styles/controls.css'
import './styles/layout.css'
import './styles/chat-list.css'
import './styles/conversation.css'
import './styles/messages.css'
import './styles/thread.css'
import './styles/pins.css'
import './styles/mentions.css'
import './styles/panels.css'
import './styles/people.css'
import './styles/files.css'
import { keepPage } from './model/keep-page.ts'
import { serviceClock } from './model/service-clock.ts'
import { openSession } from './model/session.ts'
import { applyTheme } from './model/theme.ts'
import { App } from './ui/app.tsx'

/** An old browser that can load this file, but not run the page, keeps the sentence that the document shows. */
const isSupported = typeof Promise.withResolvers === 'function'

const root = document.getElementById('app')
if (root !== null && isSupported) {
  applyTheme()
  openSession()
  root.replaceChildren()
  render(<App />, root)
  void serviceClock.sync()
  keepPage()
}
