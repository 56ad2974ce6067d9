import type { Header } from '../../fits/header.ts'

/** BUNIT as the pipeline writes it (which depends on the scale of the response) and as the observatory's data dictionary does. */
const units: Readonly<Record<string, string>> = {
  '10^-16 erg/cm^2/Angstrom/s': '10**(-16)erg.cm**(-2).s**(-1).angstrom**(-1)',
  'erg/cm^2/Angstrom/s': 'erg.cm**(-2).s**(-1).angstrom**(-1)',
}

/** TUNIT of a flux-calibrated spectrum; null for a unit that is not known: then its numbers mean nothing. */
export function fluxUnit(header: Header): string | null {
  return units[header.string('BUNIT') ?? ''] ?? null
}
