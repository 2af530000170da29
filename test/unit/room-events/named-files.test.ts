import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { roomEvents } from '../../../shared/room-events/room-events.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const files = globSync('{shared,services,infra}/**/*.{ts,tsx,md,yaml}', { cwd: root })
const texts = new Map(files.map((file) => [file, readFileSync(`${root}${file}`, 'utf8')]))

/** The production files that name an event, its command or its type. */
const filesNaming = ({ name, command, event }: { name: string; command: string; event: string }): readonly string[] => {
  const named = new RegExp(`(^|[^\\w-])(${name}|${command}|${event})($|[^\\w-])`)
  return [...texts].filter(([, text]) => named.test(text)).map(([file]) => file)
}

describe('A room event', () => {
  it('is named by its own file, the table, the SDK, the document and the format of exports only', () => {
    expect(filesNaming(roomEvents['remove-users']).toSorted()).toEqual([
      'services/admin/moving/event-line.ts',
      'services/admin/moving/line-requests.ts',
      'shared/client/member-methods.ts',
      'shared/client/rooms.ts',
      'shared/protocol/PROTOCOL.md',
      'shared/room-events/remove-users.ts',
      'shared/room-events/room-events.ts',
    ])
  })
})
