import type { Mutant } from './mutant.ts'

/** What a plain message costs, each raised by one change. The test of the hot path detects it. */
export const hotPathMutants: readonly Mutant[] = [
  {
    rule: 'a plain message in a remembered room needs no read (J8)',
    module: 'services/writer/decide-and-append.ts',
    in: 'isEmpty',
    body: 'return false',
  },
  {
    rule: 'the header of a publication has no flag for a plain message (J8)',
    module: 'shared/records/publications.ts',
    in: 'headerEntry',
    body: 'return [seq, event, commandId, digest, membership]',
  },
  {
    rule: 'an absent part of a message has no bytes in its frame (J8)',
    module: 'shared/room-events/new-message.ts',
    in: 'optionalParts',
    body: 'return { ...contentOf(content), thread: thread ?? null, reply_to: replyTo ?? null, silent: silent ?? false }',
  },
]
