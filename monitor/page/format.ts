/** All times are UT, as in an observing log. */
export function time(iso: string | null): string {
  return iso === null ? '' : iso.slice(11, 19)
}

export function day(iso: string | null): string {
  return iso === null ? '' : iso.slice(0, 10)
}

export function moment(iso: string | null): string {
  return iso === null ? '' : `${day(iso)} ${time(iso)}`
}

/** `4 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h` */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return ''
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`
}

export function bytes(count: number | null): string {
  if (count === null) return ''
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  const power = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3))
  const value = count / 10 ** (3 * power)
  return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${units[power]}`
}

/** So many significant digits, without an exponent where none is needed. */
export function number(value: number | null, digits = 4): string {
  return value === null ? '' : String(Number(value.toPrecision(digits)))
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString('en')} ${value === 1 ? one : many}`
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '' : `${((100 * part) / whole).toFixed(part === 0 || part === whole ? 0 : 1)} %`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
