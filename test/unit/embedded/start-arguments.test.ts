import { expect, it } from 'vitest'
import { readStartArguments } from '../../../services/embedded/start-arguments.ts'

it('The arguments of the embedded chat name a file to import and a user to erase', () => {
  expect(readStartArguments([])).toEqual({})
  expect(readStartArguments(['--import=a=b.jsonl', '--erase-user=ann@example.com'])).toEqual({
    importedFile: 'a=b.jsonl',
    erased: { user: 'ann@example.com', isId: false },
  })
  expect(readStartArguments(['--erase-user-id=x'])).toEqual({ erased: { user: 'x', isId: true } })
})

it.each(['--erase-user=', '--erase-user', 'ann', '--constructor=x', '--unknown=x'])(
  'The embedded chat does not start with the argument %s',
  (argument) => {
    expect(() => readStartArguments([argument])).toThrow(argument)
  },
)
