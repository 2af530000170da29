import { useComputed } from '@preact/signals'
import type { JSX } from 'preact'
import type { OutgoingMessage } from '../model/outgoing-messages.ts'
import type { Receipt } from '../model/receipts.ts'
import type { IconName } from './icons.tsx'
import { Icon } from './icons.tsx'

const outgoing = {
  pending: { icon: 'clock', text: 'Being sent' },
  failed: { icon: 'alert', text: 'Not sent' },
} as const

type Stage = 'sent' | 'delivered' | 'read'

const icons: Readonly<Record<Stage, IconName>> = { sent: 'check', delivered: 'checks', read: 'checks' }

/** The stage that all recipients have reached. */
export const stageOf = ({ delivered, read, of }: Receipt): Stage => {
  if (of === 0 || delivered < of) return 'sent'
  return read < of ? 'delivered' : 'read'
}

/** The stage as a text; in a group, with the number of those who have reached it. */
export const receiptText = ({ delivered, read, of }: Receipt): string => {
  if (delivered === 0) return 'Sent'
  const [word, count] = read > 0 ? ['Read', read] : ['Delivered', delivered]
  if (of === 1) return word
  if (count < of) return `${word} ${word === 'Read' ? 'by' : 'to'} ${count} of ${of}`
  return `${word} ${word === 'Read' ? 'by' : 'to'} all`
}

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
