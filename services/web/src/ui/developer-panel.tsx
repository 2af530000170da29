import type { JSX } from 'preact'
import type { FrameLog, LoggedFrame } from '../model/frame-log.ts'
import { timeOf } from '../model/frame-log.ts'
import { Icon } from './icons.tsx'
import { toggle } from './set-signal.ts'

const stamp = (at: Date): string => `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`

const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

const Frame = ({ frame }: { readonly frame: LoggedFrame }): JSX.Element => (
  <li class="frame" data-direction={frame.direction}>
    <details>
      <summary>
        <span class="frame-arrow" aria-hidden="true">
          {frame.direction === 'in' ? '←' : '→'}
        </span>
        <span class="unseen">{frame.direction === 'in' ? 'received' : 'sent'}</span>
        <strong>{frame.event}</strong>
        <span class="frame-text">{frame.text.slice(0, 120)}</span>
        <span class="quiet">{stamp(timeOf(frame))}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard */}
      <pre tabIndex={0}>{pretty(frame.text)}</pre>
    </details>
  </li>
)

/** Shows the frames of the connection to developers, newest first. */
export const DeveloperPanel = ({ frames, close }: { readonly frames: FrameLog; readonly close: () => void }): JSX.Element => (
  <aside class="frames" aria-label="Frames">
    <header class="bar">
      <h2>Frames</h2>
      <button type="button" class="button small" aria-pressed={frames.isPaused.value} onClick={toggle(frames.isPaused)}>
        Pause
      </button>
      <button type="button" class="button small" onClick={frames.clear}>
        Clear
      </button>
      <button type="button" class="icon-button" aria-label="Close the frames" onClick={close}>
        <Icon name="close" />
      </button>
    </header>
    <p class="frames-hint">
      Frames of the WebSocket, newest first. <a href="asyncapi.json">The protocol as AsyncAPI</a>
    </p>
    <ol class="frame-list">
      {frames.frames.value.toReversed().map((frame) => (
        <Frame key={frame.number} frame={frame} />
      ))}
    </ol>
  </aside>
)
