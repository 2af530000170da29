import type { JSX } from 'preact'

const paths = {
  back: 'M15 5l-7 7 7 7',
  plus: 'M12 5v14M5 12h14',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c.6-3.6 3-5.5 6.5-5.5s5.900 1.900 6.500 5.500M16 4.300a3.500 3.500 0 0 1 0 6.400M18.500 15c1.700.9 2.700 2.600 3 5',
  send: 'M4.500 12 4 4.500 20.500 12 4 19.500l.5-7.500Zm0 0H12',
  code: 'M8 7l-5 5 5 5M16 7l5 5-5 5',
  link: 'M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1',
  clip: 'M20 11.500 12 19.500a5 5 0 0 1-7-7l8.500-8.500a3.300 3.300 0 0 1 4.700 4.700l-8.300 8.300a1.600 1.600 0 0 1-2.300-2.300l7.400-7.400',
  file: 'M6 3h8l4 4v14H6ZM14 3v4h4',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  checks: 'M1.500 12.500l4.500 4.500L15.500 7.500M11 15.500l1.500 1.500L22.500 7.500',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.500V12l3 2',
  alert: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.500v5.500M12 16.300v.1',
  down: 'M12 5v14M6 13l6 6 6-6',
  copy: 'M9 9h10v11H9ZM5 15V4h10',
  more: 'M5 12v.1M12 12v.1M19 12v.1',
  reply: 'M10 5 4 11l6 6M4 11h9a7 7 0 0 1 7 7v1',
  edit: 'M4 20l1-4.500L16.500 4 20 7.500 8.500 19 4 20M14 6.500 17.500 10',
  bin: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  pin: 'M9 4h6M10 4v6l-3 4h10l-3-4V4M12 14v6',
  thread: 'M4 5h13v8H9l-5 4V5M20 9v11l-4-3h-5',
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l1.500 1.500h-15ZM10 21h4',
  mute: 'M7 15V11a5 5 0 0 1 8.500-3.500M18 12v5l1.500 1.500H8M10 21h4M4 4l16 16',
  hide: 'M4 5h16v5H4ZM5.500 10v9h13v-9M10 14h4',
  keyboard: 'M3 6h18v12H3ZM7 10v.1M11 10v.1M15 10v.1M8 14h8',
  door: 'M14 4H6v16h8M11 12h10M17.500 8.500 21 12l-3.500 3.500',
  chat: 'M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Z',
  theme: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 3v18M12 7l6.500-.3M12 12h9M12 17l6.300.3',
} as const

export type IconName = keyof typeof paths

/** A decorative icon; the control has a text or label of its own. */
export const Icon = ({ name }: { readonly name: IconName }): JSX.Element => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
)
