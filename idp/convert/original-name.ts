import { dpId } from '../../domain/file-name.ts'
import { fitsOnCard } from './card-text.ts'
import { notConvertible } from './failure.ts'
import type { Facts } from './facts.ts'
import type { ConversionInput } from './input.ts'

/** ORIGFILE: the name that the observatory's rule gives, `UV_SRED_200123456_2023-02-25T03:36:00.000_BLUE437d2_2x2_10.fits`. */
export function originalName(input: ConversionInput, facts: Facts): string {
  return filled(input.section.originalName, nameFields(input, facts))
}

/** Short text with the object's name, unique in a collection; a shorter form, in the end with a cut name, where it is too long. */
export function title(input: ConversionInput, facts: Facts, object: string): string {
  const fields = nameFields(input, facts)
  const longer = filled(input.section.title, { ...fields, object })
  if (fitsOnCard(longer)) return longer
  for (let length = object.length; ; length--) {
    const shorter = filled(input.section.shortTitle, { ...fields, object: object.slice(0, length) })
    if (length === 0 || fitsOnCard(shorter)) return shorter
  }
}

function nameFields({ raws, armName, arm, chips, fluxCalibrated }: ConversionInput, facts: Facts) {
  const [{ header, fileName }] = raws
  const observation = header.integer('ESO OBS ID')
  const binning = ['ESO DET WIN1 BINX', 'ESO DET WIN1 BINY'].map((keyword) => header.integer(keyword))
  if (observation === undefined || binning.includes(undefined))
    throw notConvertible(`${fileName}: ESO OBS ID, DET WIN1 BINX and BINY are needed for the name of the product`)
  const [only] = chips
  const dichroic = /^DICHR#(\d)$/.exec(header.string('ESO INS MODE') ?? '')?.[1]
  return {
    code: fluxCalibrated ? 'SFLX' : 'SRED',
    observation: String(observation),
    // The time in the archive name, UVES.2023-02-25T03:36:00.000
    stamp: dpId(fileName).replace(/^[^.]*\./, ''),
    arm: chips.length === 1 && arm.chips.length > 1 ? only.chip : armName,
    wavelength: String(Math.round(facts.centralWavelengthNm)).padStart(3, '0'),
    dichroic: dichroic === undefined ? '' : `d${dichroic}`,
    binning: binning.join('x'),
    slit: String(Math.round(facts.slitWidthArcsec * 10)).padStart(2, '0'),
  }
}

function filled(pattern: string, fields: Readonly<Record<string, string>>): string {
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => fields[name] ?? whole)
}
