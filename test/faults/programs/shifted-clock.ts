/** Import it before a program: it shifts the clock of the process by `CLOCK_SHIFT_MS`. */
const shiftMs = Number(process.env.CLOCK_SHIFT_MS)
const { now } = Date
const ShiftedDate = new Proxy(Date, {
  construct: (date, args: unknown[]) => Reflect.construct(date, args.length === 0 ? [now() + shiftMs] : args),
  get: (date, key) => (key === 'now' ? () => now() + shiftMs : Reflect.get(date, key)),
})
globalThis.Date = ShiftedDate
