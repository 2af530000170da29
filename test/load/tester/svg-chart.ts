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
  readonly yText: (y: number) => string
  /** The x at which marks stand; chosen if not given. */
  readonly xMarks?: readonly number[]
  /** A part of the x axis that is shaded, with what it is. */
  readonly band?: { readonly from: number; readonly to: number; readonly label: string }
  readonly yLeast?: number
  /** For two beside each other. */
  readonly isSmall?: boolean
}

const sizes = {
  large: { width: 760, height: 240, left: 58, right: 14, top: 14, bottom: 28 },
  small: { width: 370, height: 190, left: 48, right: 14, top: 14, bottom: 28 },
} as const

type Size = (typeof sizes)[keyof typeof sizes]

const htmlText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const fixed = (value: number): string => value.toFixed(1)

/** A round step that gives about that many marks. */
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

const lineOf = ({ points, colour, isFilled = false, label }: Series, { x, y, floor }: Scale): string => {
  const path = points.map(([px, py], index) => `${index === 0 ? 'M' : 'L'}${fixed(x(px))} ${fixed(y(py))}`).join('')
  const [first, last] = [points[0], points.at(-1)]
  const area =
    isFilled && first !== undefined && last !== undefined
      ? `<path d="${path}L${fixed(x(last[0]))} ${floor}L${fixed(x(first[0]))} ${floor}Z" fill="${colour}" opacity="0.14"/>`
      : ''
  return `${area}<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"><title>${htmlText(label)}</title></path>`
}

/** A chart of lines as one SVG element, for a page that has the colours. */
export const svgChart = ({ series, xText, yText, xMarks, band, yLeast = 0, isSmall = false }: Chart): string => {
  const size = isSmall ? sizes.small : sizes.large
  const { width, height, left, right, top } = size
  const drawn = series.flatMap((each) => each.points)
  const points = drawn.length > 0 ? drawn : ([[0, 0]] as const)
  const xs: [number, number] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))]
  const highest = Math.max(yLeast, 1e-6, ...points.map(([, y]) => y))
  const step = stepFor(highest, 4)
  const ceiling = Math.ceil(highest / step - 1e-9) * step
  const scale = scaleFor(size, xs, ceiling)
  const rows = marksOf(0, ceiling, 4).map(
    (mark) =>
      `<line x1="${left}" x2="${width - right}" y1="${fixed(scale.y(mark))}" y2="${fixed(scale.y(mark))}" class="grid"/>` +
      `<text x="${left - 8}" y="${fixed(scale.y(mark) + 4)}" class="mark" text-anchor="end">${htmlText(yText(mark))}</text>`,
  )
  const columns = (xMarks ?? marksOf(xs[0], xs[1], isSmall ? 4 : 8)).map(
    (mark) =>
      `<text x="${fixed(scale.x(mark))}" y="${height - 8}" class="mark" text-anchor="middle">${htmlText(xText(mark))}</text>`,
  )
  const shade =
    band === undefined
      ? ''
      : `<rect x="${fixed(scale.x(band.from))}" y="${top}" width="${fixed(Math.max(0, scale.x(band.to) - scale.x(band.from)))}" height="${scale.floor - top}" class="band"><title>${htmlText(band.label)}</title></rect>`
  const lines = series.filter((each) => each.points.length > 0).map((each) => lineOf(each, scale))
  return `<svg viewBox="0 0 ${width} ${height}" role="img">${shade}${rows.join('')}${columns.join('')}${lines.join('')}</svg>`
}

/** What the lines of a chart are, for beneath its title. */
export const legend = (series: readonly Series[]): string =>
  series.map(({ label, colour }) => `<span class="key"><i style="background:${colour}"></i>${htmlText(label)}</span>`).join('')
