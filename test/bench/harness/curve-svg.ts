import type { Measured } from './measure.ts'

type Curves = Readonly<Record<string, readonly Measured[]>>

const [width, height, left, bottom, top, right] = [760, 420, 64, 48, 24, 150]
const [leastMs, mostMs] = [1, 2_000]
const colours = ['#1457b8', '#b8541a', '#2f7d32', '#7a3ea8']

const text = (x: number, y: number, words: string, more = ''): string => `<text x="${x}" y="${y}" ${more}>${words}</text>`

/** Draws latency (logarithmic, vertical) against throughput (horizontal). */
export const curveSvg = (name: string, curves: Curves): string => {
  const all = Object.values(curves).flat()
  const most = Math.max(1_000, ...all.map(({ rate }) => rate)) * 1.05
  const x = (rate: number): number => left + (rate / most) * (width - left - right)
  const y = (ms: number): number => {
    const part = Math.log10(Math.min(mostMs, Math.max(leastMs, ms)) / leastMs) / Math.log10(mostMs / leastMs)
    return height - bottom - part * (height - bottom - top)
  }
  const grid = [1, 10, 100, 1_000].map(
    (ms) =>
      `<line x1="${left}" x2="${width - right}" y1="${y(ms)}" y2="${y(ms)}" stroke="#ddd"/>${text(left - 8, y(ms) + 4, `${ms} ms`, 'text-anchor="end"')}`,
  )
  const step = most > 4_000 ? 2_000 : 500
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) =>
    text(x(index * step), height - bottom + 18, `${index * step}`, 'text-anchor="middle"'),
  )
  const limit = `<line x1="${left}" x2="${width - right}" y1="${y(250)}" y2="${y(250)}" stroke="#c00" stroke-dasharray="4 4"/>${text(width - right + 6, y(250) + 4, 'limit, 250 ms', 'fill="#c00"')}`
  const lines = Object.entries(curves).flatMap(([side, points], index) => {
    const colour = colours[index % colours.length] ?? '#000'
    const sorted = points.toSorted((a, b) => a.rate - b.rate)
    return (['p50', 'p99'] as const).map((of) => {
      const places = sorted.map(({ rate, received }) => [x(rate), y(received[of])] as const)
      const [endX = left, endY = top] = places.at(-1) ?? []
      const dots = places
        .map(([cx, cy]) => `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="3" fill="${colour}"/>`)
        .join('')
      const path = places.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')
      const dash = of === 'p50' ? ' stroke-dasharray="2 3"' : ''
      return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>${dots}${text(endX + 8, endY + 4, `${side} ${of}`, `fill="${colour}"`)}`
    })
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#333">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(left, 16, `${name}: send → every member, by confirmed messages a second`, 'font-size="14"'),
    ...grid,
    ...ticks,
    text((left + width - right) / 2, height - 10, 'messages a second, each to ten members', 'text-anchor="middle"'),
    limit,
    ...lines,
    '</svg>',
    '',
  ].join('\n')
}
