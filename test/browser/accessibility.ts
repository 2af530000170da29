import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Window } from './window.ts'

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Axe {
  run(
    options: object,
  ): Promise<{ readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[] }>
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** The problems that axe-core finds on the page, a line each. */
export const accessibilityProblems = async (page: Page): Promise<string[]> => {
  // Evaluated by the debugger, because the page's policy forbids injected scripts.
  await page.evaluate(script)
  const { violations } = await page.evaluate((tags) => {
    const { axe } = globalThis as unknown as { readonly axe: Axe }
    return axe.run({ runOnly: tags })
  }, rules)
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

/** Expects that axe-core finds no problem on the page, dark and light. */
export const expectAccessible = async ({ page }: Pick<Window, 'page'>): Promise<void> => {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await accessibilityProblems(page)).toEqual([])
  }
}
