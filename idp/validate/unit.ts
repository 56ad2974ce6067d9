/** Nanometres per unit of a wavelength column; undefined for units that the standard does not know. */
export function nanometresPer(unit: string | undefined): number | undefined {
  return unit === undefined ? undefined : NANOMETRES.get(unit.toLowerCase())
}

const NANOMETRES: ReadonlyMap<string, number> = new Map([
  ['angstrom', 0.1],
  ['nm', 1],
  ['um', 1000],
])

/** The power of ten before a unit: -16 for `10**(-16)erg...` and for the pipeline's `10^-16 erg/...`, else 0. */
export function powerOfTen(unit: string): number {
  return Number(
    /^\s*10(?:\*\*\((-?\d+)\)|\^(-?\d+))/
      .exec(unit)
      ?.slice(1)
      .find((digits) => digits !== undefined) ?? 0,
  )
}
