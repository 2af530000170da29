import type { Sample } from './observability/prometheus.ts'

export interface Series {
  readonly name: string
  readonly values: Sample['values']
}

export interface Chart {
  readonly title: string
  readonly unit: string
  readonly series: readonly Series[]
}

const width = 460
const height = 180
const edge = { left: 52, right: 10, top: 26, bottom: 34 }
const colours = ['#2a6fdb', '#d1495b', '#2e9e6b', '#b07d12', '#7b4fb3', '#0f8b8d', '#8a8a8a', '#c2569b']

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const shown = (value: number, unit: string): string => {
  if (unit === 's') return value < 1 ? `${Math.round(value * 1_000)} ms` : `${value.toFixed(1)} s`
  return value >= 10 ? Math.round(value).toLocaleString('en') : String(Number(value.toFixed(2)))
}

const finite = (values: Sample['values']): Sample['values'] => values.filter(([, value]) => Number.isFinite(value))

/** One line chart, its legend below. */
const chartSvg = ({ title, unit, series }: Chart, x: number, y: number): string => {
  const all = series.flatMap(({ values }) => finite(values))
  const [from, to] = [Math.min(...all.map(([at]) => at)), Math.max(...all.map(([at]) => at))]
  const top = Math.max(...all.map(([, value]) => value), 1e-6) * 1.1
  const placeX = (at: number): number => edge.left + ((at - from) / Math.max(1, to - from)) * (width - edge.left - edge.right)
  const placeY = (value: number): number => height - edge.bottom - (value / top) * (height - edge.top - edge.bottom)
  const line = ({ values }: Series, index: number): string => {
    const points = finite(values).map(([at, value]) => `${placeX(at).toFixed(1)},${placeY(value).toFixed(1)}`)
    return `<polyline fill="none" stroke="${colours[index % colours.length]}" stroke-width="1.5" points="${points.join(' ')}"/>`
  }
  const grid = [0, 0.5, 1].map((share) => {
    const at = placeY((top / 1.1) * share)
    return `<path d="M${edge.left} ${at}H${width - edge.right}" stroke="#ddd"/><text x="${edge.left - 6}" y="${at + 3}" text-anchor="end">${shown((top / 1.1) * share, unit)}</text>`
  })
  const each = (width - edge.left) / Math.max(1, series.length)
  const legend = series.map(
    ({ name }, index) =>
      `<text x="${edge.left + index * each}" y="${height - 10}" fill="${colours[index % colours.length]}">${escaped(name)}</text>`,
  )
  const seconds = `<text x="${width - edge.right}" y="${height - 22}" text-anchor="end" fill="#999">${Math.round(to - from)} s</text>`
  const head = `<text x="${edge.left}" y="16" font-weight="bold" fill="#333">${escaped(title)}</text>`
  return `<g transform="translate(${x} ${y})">${head}${grid.join('')}${series.map(line).join('')}${seconds}${legend.join('')}</g>`
}

/** Charts in two columns, as a picture of its own. */
export const chartsSvg = (charts: readonly Chart[]): string => {
  const rows = Math.ceil(charts.length / 2)
  const size = `width="${width * 2}" height="${rows * height}" viewBox="0 0 ${width * 2} ${rows * height}"`
  const drawn = charts.map((chart, index) => chartSvg(chart, (index % 2) * width, Math.floor(index / 2) * height))
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="10" fill="#666"><title>Series of a load run, as Prometheus has them</title><rect width="100%" height="100%" fill="#fff"/>${drawn.join('\n')}</svg>\n`
}
