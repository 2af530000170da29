import { signal } from '@preact/signals'
import { device } from './device-storage.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const key = 'chat.theme'
const recalled = device.recall(key)

export const theme = signal<Theme>(themes.find((known) => known === recalled) ?? 'system')

export const applyTheme = (): void => {
  document.documentElement.dataset.theme = theme.value
}

export const chooseTheme = (chosen: Theme): void => {
  theme.value = chosen
  device.remember(key, chosen)
  applyTheme()
}
