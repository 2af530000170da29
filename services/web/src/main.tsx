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

applyTheme()
openSession()
const root = document.getElementById('app')
if (root !== null) render(<App />, root)
