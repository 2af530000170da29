import { useComputed } from '@preact/signals'
import type { JSX } from 'preact'
import type { OutgoingMessage } from '../model/outgoing-messages.ts'
import type { Receipt } from '../model/receipts.ts'
import type { IconName } from './icons.tsx'
import { Icon } from './icons.tsx'
import type { Stage } from './receipt-text.ts'
import { receiptText, stageOf } from './receipt-text.ts'

const outgoing = {
  pending: { icon: 'clock', text: 'Being sent' },
  failed: { icon: 'alert', text: 'Not sent' },
} as const

const icons: Readonly<Record<Stage, IconName>> = { sent: 'check', delivered: 'checks', read: 'checks' }

const unknown: Receipt = { delivered: 0, read: 0, of: 0 }

/** The mark of a message that is stored. Rendered again only when its own stage or text changes. */
const ReceiptMark = ({ receipt }: { readonly receipt: (() => Receipt) | undefined }): JSX.Element => {
  const current = useComputed(() => receipt?.() ?? unknown)
  const stage = useComputed(() => stageOf(current.value)).value
  const text = useComputed(() => receiptText(current.value)).value
  return (
    <span class="state" title={text} data-receipt={stage} aria-live="off">
      <Icon name={icons[stage]} />
      <span class="unseen">{text}</span>
    </span>
  )
}

interface StateMarkProps {
  readonly state: OutgoingMessage['state']
  readonly receipt: (() => Receipt) | undefined
}

/** The state of an own message: being sent, not sent, sent, delivered, read. */
export const StateMark = ({ state, receipt }: StateMarkProps): JSX.Element =>
  state === 'stored' ? (
    <ReceiptMark receipt={receipt} />
  ) : (
    <span class="state" title={outgoing[state].text}>
      <Icon name={outgoing[state].icon} />
      <span class="unseen">{outgoing[state].text}</span>
    </span>
  )
