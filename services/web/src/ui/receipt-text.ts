import type { Receipt } from '../model/receipts.ts'

export type Stage = 'sent' | 'delivered' | 'read'

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
