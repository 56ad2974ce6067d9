import type { AssociationBlock } from './association-block.ts'
import type { Instrument, Mode } from './instrument.ts'

/** Why a block is not executable. The code is for scripts and counts, the text for people. */
export interface LeftOut {
  readonly code:
    | 'malformed'
    | 'not science'
    | 'unknown raw type'
    | 'mode not certified'
    | 'no recipe'
    | 'DRS type'
    | 'calibration missing'
    | 'virtual calibration'
    | 'raw already covered'
  readonly text: string
}

/**
 * Null when the block is executable: certified mode, known recipe, every required category there and no virtual calibration.
 * The order of the checks is that in which a person would ask: is it for us at all, then what does it lack.
 */
export function leftOutReason(ab: AssociationBlock, instrument: Instrument): LeftOut | null {
  if (ab.dprCategory !== 'SCIENCE') {
    return { code: 'not science', text: `DPR_CATG is ${ab.dprCategory}, only SCIENCE is processed` }
  }
  if (instrument.status !== 'certified') {
    return { code: 'mode not certified', text: `the instrument file of ${instrument.instrument} is a draft` }
  }
  const modes = modesOf(instrument, ab.rawType)
  if (modes.length === 0) {
    return { code: 'unknown raw type', text: `raw type ${ab.rawType} is not in the instrument file` }
  }
  const mode = modes.find(({ certified }) => certified)
  if (mode === undefined) {
    const why = modes.map(({ reason }) => reason ?? 'no reason given').join('; ')
    return { code: 'mode not certified', text: `${ab.rawType} is not certified: ${why}` }
  }
  if (ab.drsType !== 'CPL') {
    return { code: 'DRS type', text: `DRS_TYPE is ${ab.drsType}, only CPL (one process) is executed` }
  }
  if (ab.recipe.toLowerCase() === 'none') {
    return { code: 'no recipe', text: 'the block names no recipe' }
  }
  if (ab.recipe !== mode.recipe) {
    return {
      code: 'no recipe',
      text: `recipe ${ab.recipe} is not the one certified for ${ab.rawType} (${mode.recipe})`,
    }
  }
  return missingCalibration(ab, mode) ?? virtualCalibration(ab)
}

/** Why no recipe may be started with an installed version of the pipeline; null when it may. A trial may run what is to be certified. */
export function certificationProblem(
  { instrument, status, pipeline }: Instrument,
  installedVersion: string,
  isTrial = false,
): string | null {
  if (isTrial) return null
  if (status === 'draft') return `the instrument file of ${instrument} is a draft: it runs as a trial only (--trial)`
  if (pipeline.certifiedVersions.includes(installedVersion)) return null
  const certified = pipeline.certifiedVersions.join(', ')
  return `pipeline ${pipeline.name} ${installedVersion} is not certified (certified: ${certified}): install one of those, or certify it in the instrument file after a trial`
}

/** The modes of the instrument file that a block of this raw type may be; the raw's header decides between them. */
export function modesOf(instrument: Instrument, rawType: string): readonly Mode[] {
  return instrument.modes.filter((mode) => mode.rawType === rawType)
}

/**
 * Names of blocks with a raw that an earlier block of the date covers already. Two blocks of one raw are both executed only
 * when a TAG in their names tells them apart; otherwise the second, by name, is left out.
 */
export function alreadyCovered(abs: readonly AssociationBlock[]): ReadonlyMap<string, LeftOut> {
  const coveredBy = new Map<string, string>()
  const leftOut = new Map<string, LeftOut>()
  for (const ab of abs.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const keys = ab.rawFiles.map(({ fileName }) => `${fileName} ${tagOf(ab)}`)
    const earlier = keys.map((key) => coveredBy.get(key)).find((name) => name !== undefined)
    if (earlier === undefined) for (const key of keys) coveredBy.set(key, ab.name)
    else leftOut.set(ab.name, { code: 'raw already covered', text: `its raw is already covered by ${earlier}` })
  }
  return leftOut
}

function missingCalibration(ab: AssociationBlock, mode: Mode): LeftOut | null {
  const given = new Set(ab.calibrations.map(({ category }) => category))
  const missing = mode.required.filter((category) => !given.has(category))
  if (missing.length === 0) return null
  return { code: 'calibration missing', text: `required but not in the list: ${missing.join(', ')}` }
}

function virtualCalibration(ab: AssociationBlock): LeftOut | null {
  const virtual = ab.calibrations.filter(({ flag }) => flag === 'VIRTUAL').map(({ fileName }) => fileName)
  if (virtual.length === 0) return null
  return { code: 'virtual calibration', text: `only promised, not yet made: ${virtual.join(', ')}` }
}

/** TAG of `<first raw>_<TAG>.ab`; empty for the usual name. */
function tagOf(ab: AssociationBlock): string {
  const first = ab.rawFiles[0]?.fileName.replace(/\.fits$/, '') ?? ''
  return ab.name.replace(/\.ab$/, '').slice(first.length)
}
