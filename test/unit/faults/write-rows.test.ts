import { describe, expect, it } from 'vitest'
import { markdownHead, markdownRow } from '../../faults/harness/table.ts'
import { withRows } from '../../faults/harness/write-rows.ts'

const head = markdownHead(['#', 'lost'])
const document = '# Faults\n\n<!-- faults -->\n<!-- end of faults -->\n\nThe rest.\n'

describe('Rows of a table in a document', () => {
  it('create the table if the markers are empty', () => {
    expect(withRows(document, 'faults', head, [markdownRow(['F1', 0]), markdownRow(['F2', 0])])).toBe(
      '# Faults\n\n<!-- faults -->\n\n| # | lost |\n| --- | --- |\n| F1 | 0 |\n| F2 | 0 |\n\n<!-- end of faults -->\n\nThe rest.\n',
    )
  })

  it('replace rows with the same first cell, and are appended otherwise', () => {
    const first = withRows(document, 'faults', head, [markdownRow(['F1', 0]), markdownRow(['F2', 5])])
    const again = withRows(withRows(first, 'faults', head, [markdownRow(['F3', 0])]), 'faults', head, [markdownRow(['F2', 0])])
    expect(again).toContain('| F1 | 0 |\n| F2 | 0 |\n| F3 | 0 |\n')
  })

  it('have no pipes and line breaks in their cells', () => {
    expect(markdownRow(['a|b', 'c\nd'])).toBe('| a/b | c d |')
  })

  it('are refused if the document has no markers for the table', () => {
    expect(() => withRows('# Faults\n', 'faults', head, [])).toThrow('no table "faults"')
  })
})
