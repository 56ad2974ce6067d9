import type { Arm, IdpSection, Scalar } from '../../domain/idp-section.ts'
import type { Header } from '../../fits/header.ts'

/** Everything that an IDP is made of, read already: `convert` adds nothing from elsewhere. */
export interface ConversionInput {
  readonly section: IdpSection
  /** Name of the arm: `BLUE`. */
  readonly armName: string
  readonly arm: Arm
  /** At least one; the first names the product. */
  readonly raws: readonly [RawFrame, ...RawFrame[]]
  readonly calibrations: readonly UsedFile[]
  /** At least one; in any order. */
  readonly chips: readonly [ChipProducts, ...ChipProducts[]]
  readonly database: Readonly<Record<string, Scalar>>
  readonly archiveName: string | null
  readonly attemptEndedAt: Date
  /** Whether the flux-calibrated spectrum is the main one; all chips must have it then. */
  readonly fluxCalibrated: boolean
  /** Why not; null when it is. */
  readonly reason: string | null
}

/** An input of the recipe, as provenance names it. */
export interface UsedFile {
  readonly fileName: string
  readonly category: string
  readonly sha256: string
}

export interface RawFrame extends UsedFile {
  readonly header: Header
}

/** What the recipe made of one chip. All spectra have the same grid. */
export interface ChipProducts {
  /** `BLUE`, `REDL`, `REDU`. */
  readonly chip: string
  readonly spectrum: Spectrum
  readonly error: Spectrum
  readonly sky: Spectrum | null
  readonly flux: Spectrum | null
  /** Primary header of the line table that was used. */
  readonly lineTable: Header
}

export interface Spectrum {
  readonly header: Header
  readonly values: Float32Array
}
