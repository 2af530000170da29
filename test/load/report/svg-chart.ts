import { htmlText } from './html.ts'

export interface Series {
  readonly label: string
  /** Name of a colour of the page: `var(--…)`. */
  readonly colour: string
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly isFilled?: boolean
}

export interface Chart {
  readonly series: readonly Series[]
  readonly xText: (x: number) => string
  /** The range; default: the range of the points. */
  readonly xs?: readonly [from: number, to: number]
  readonly yText: (y: number) => string
  /** The text of a value under the pointer; default: as on the axis. */
  readonly valueText?: (y: number) => string
  /** The x values of the marks (every second one in a narrow chart); default: chosen automatically. */
  readonly xMarks?: readonly number[]
  /** A shaded part of the x axis with its label. */
  readonly band?: { readonly from: number; readonly to: number; readonly label: string }
  readonly yLeast?: number
}

/** The chart is drawn at its display size, so that its text is readable: wide on a desktop; narrow on a phone or in two columns. */
const sizes = {
  wide: { width: 760, height: 240, left: 58, right: 18, top: 20, bottom: 28, marks: 8 },
  narrow: { width: 340, height: 190, left: 48, right: 14, top: 20, bottom: 28, marks: 4 },
} as const

export type ChartSize = keyof typeof sizes

type Size = (typeof sizes)[ChartSize]

/** More points would be too narrow for the pointer, and would make the page large. */
const spotsMost = 200

const fixed = (value: number): string => value.toFixed(1)

/** A round step that gives about this many marks. */
const stepFor = (span: number, marks: number): number => {
  const rough = span / marks
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
}

const marksOf = (from: number, to: number, count: number): readonly number[] => {
  if (to <= from) return [from]
  const step = stepFor(to - from, count)
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.floor((to - first) / step + 1e-9) + 1 }, (_, index) => first + index * step)
}

interface Scale {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  readonly floor: number
}

const scaleFor = (size: Size, xs: readonly [number, number], top: number): Scale => {
  const { width, height, left, right, top: above, bottom } = size
  const floor = height - bottom
  return {
    x: (value) => left + ((value - xs[0]) / Math.max(1e-9, xs[1] - xs[0])) * (width - left - right),
    y: (value) => floor - (Math.min(value, top) / top) * (floor - above),
    floor,
  }
}

const lineOf = ({ points, colour, isFilled = false }: Series, { x, y, floor }: Scale): string => {
  const path = points.map(([px, py], index) => `${index === 0 ? 'M' : 'L'}${fixed(x(px))} ${fixed(y(py))}`).join('')
  const [first, last] = [points[0], points.at(-1)]
  const area =
    isFilled && first !== undefined && last !== undefined
      ? `<path d="${path}L${fixed(x(last[0]))} ${floor}L${fixed(x(first[0]))} ${floor}Z" fill="${colour}" opacity="0.14"/>`
      : ''
  return `${area}<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`
}

const anchorOf = (place: number, of: number): string => (place === 0 && of > 1 ? 'start' : place === of - 1 ? 'end' : 'middle')

const bandOf = ({ from, to, label }: NonNullable<Chart['band']>, { x, floor }: Scale, { top }: Size): string => {
  const [left, right] = [x(from), x(to)]
  return (
    `<rect x="${fixed(left)}" y="${top}" width="${fixed(Math.max(0, right - left))}" height="${floor - top}" class="band"/>` +
    `<text x="${fixed(right - 4)}" y="${top - 6}" class="mark" text-anchor="end">${htmlText(label)}</text>`
  )
}

/** The values at an x, as an element title and as positions of dots; the script of the page shows both under the pointer. */
const spotsOf = ({ series, xText, yText, valueText = yText }: Chart, { x, y, floor }: Scale, { top }: Size): string => {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b)
  const byX = series.map(({ points }) => new Map(points))
  const every = Math.ceil(xs.length / spotsMost)
  const shown = xs.filter((_, place) => place % every === 0)
  return shown
    .map((at, place) => {
      const left = place === 0 ? x(at) : (x(shown[place - 1] ?? at) + x(at)) / 2
      const right = place === shown.length - 1 ? x(at) : (x(at) + x(shown[place + 1] ?? at)) / 2
      const values = byX.map((points) => points.get(at))
      const ys = values.map((value) => (value === undefined ? '' : fixed(y(value)))).join(';')
      const lines = series.flatMap(({ label }, index) => {
        const value = values[index]
        return value === undefined ? [] : [`${label}: ${valueText(value)}`]
      })
      const text = htmlText([xText(at), ...lines].join('\n'))
      return `<rect x="${fixed(left)}" y="${top}" width="${fixed(Math.max(1, right - left))}" height="${floor - top}" class="spot" data-x="${fixed(x(at))}" data-ys="${ys}"><title>${text}</title></rect>`
    })
    .join('')
}

/** A line chart as one SVG element; the page defines the colours. */
export const svgChart = (chart: Chart, name: ChartSize): string => {
  const { series, xText, yText, xMarks, band, yLeast = 0 } = chart
  const size = sizes[name]
  const { width, height, left, right } = size
  const drawn = series.flatMap((each) => each.points)
  const points = drawn.length > 0 ? drawn : ([[0, 0]] as const)
  const xs = chart.xs ?? ([Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))] as const)
  const highest = Math.max(yLeast, 1e-6, ...points.map(([, y]) => y))
  const step = stepFor(highest, 4)
  const ceiling = Math.ceil(highest / step - 1e-9) * step
  const scale = scaleFor(size, xs, ceiling)
  const rows = marksOf(0, ceiling, 4).map(
    (mark) =>
      `<line x1="${left}" x2="${width - right}" y1="${fixed(scale.y(mark))}" y2="${fixed(scale.y(mark))}" class="grid"/>` +
      `<text x="${left - 8}" y="${fixed(scale.y(mark) + 4)}" class="mark" text-anchor="end">${htmlText(yText(mark))}</text>`,
  )
  const chosen = xMarks?.filter((_, place) => name === 'wide' || place % 2 === 1)
  const columns = (chosen ?? marksOf(xs[0], xs[1], size.marks)).map((mark, place, all) => {
    const anchor = chosen === undefined ? 'middle' : anchorOf(place, all.length)
    return `<text x="${fixed(scale.x(mark))}" y="${height - 8}" class="mark" text-anchor="${anchor}">${htmlText(xText(mark))}</text>`
  })
  const shade = band === undefined ? '' : bandOf(band, scale, size)
  const lines = series.filter((each) => each.points.length > 0).map((each) => lineOf(each, scale))
  const parts = [shade, ...rows, ...columns, ...lines, spotsOf(chart, scale, size)]
  const shown = htmlText(series.map(({ label }) => label).join('; '))
  const colours = series.map(({ colour }) => colour).join(';')
  return `<svg viewBox="0 0 ${width} ${height}" role="img" tabindex="0" aria-label="${shown}" class="${name}" data-colours="${colours}">${parts.join('')}</svg>`
}

/** The legend of a chart, below its title. */
export const legend = (series: readonly Series[]): string =>
  series.map(({ label, colour }) => `<span class="key"><i style="background:${colour}"></i>${htmlText(label)}</span>`).join('')
