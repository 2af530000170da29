import { describe, expect, it } from 'vitest'
import { markdownHead, markdownRow } from '../../faults/harness/table.ts'
import { withRows } from '../../faults/harness/write-rows.ts'

const head = markdownHead(['#', 'lost'])
const document = '# Faults\n\n<!-- faults -->\n<!-- end of faults -->\n\nThe rest.\n'

describe('Rows in a document', () => {
  it('make a table where there is none', () => {
    expect(withRows(document, 'faults', head, [markdownRow(['F1', 0]), markdownRow(['F2', 0])])).toBe(
      '# Faults\n\n<!-- faults -->\n\n| # | lost |\n| --- | --- |\n| F1 | 0 |\n| F2 | 0 |\n\n<!-- end of faults -->\n\nThe rest.\n',
    )
  })

  it('take the places of those that begin alike, and stand behind all others', () => {
    const first = withRows(document, 'faults', head, [markdownRow(['F1', 0]), markdownRow(['F2', 5])])
    const again = withRows(withRows(first, 'faults', head, [markdownRow(['F3', 0])]), 'faults', head, [markdownRow(['F2', 0])])
    expect(again).toContain('| F1 | 0 |\n| F2 | 0 |\n| F3 | 0 |\n')
  })

  it('keep to their cells, whatever is in them', () => {
    expect(markdownRow(['a|b', 'c\nd'])).toBe('| a/b | c d |')
  })

  it('are refused where no place is marked for them', () => {
    expect(() => withRows('# Faults\n', 'faults', head, [])).toThrow('there is no table "faults"')
  })
})
