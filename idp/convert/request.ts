import type { IdpSection, Scalar } from '../../domain/idp-section.ts'

/** What `convertFiles` needs: paths and facts only, so that it can be handed to another thread. */
export interface ConversionRequest {
  /** The `idp` part of the instrument file. */
  readonly section: IdpSection
  /** On-target science frames, in the order given to the recipe: they become PROV1, PROV2 ... */
  readonly raws: readonly InputFile[]
  /** Calibrations given to the recipe, static ones too. */
  readonly calibrations: readonly InputFile[]
  /** What the recipe made. Only those that an IDP needs are read. */
  readonly products: readonly { readonly category: string; readonly path: string }[]
  /** Values of the record that keywords of source `database` take, e.g. `raErrorDegrees`, `reference`, `object`. */
  readonly database: Readonly<Record<string, Scalar>>
  /** `ADP.2026-03-02T10:00:00.000.fits`; null while it has none: then there is no ARCFILE, which belongs to the archive anyway. */
  readonly archiveName: string | null
  /** End of the attempt: DATE. So converting twice gives the same bytes. */
  readonly attemptEndedAt: Date
  /** File to write. */
  readonly path: string
}

export interface InputFile {
  /** Name in the archive, with `.fits`. */
  readonly fileName: string
  /** Tag in the set of frames. */
  readonly category: string
  readonly path: string
  readonly sha256: string
}

export interface Conversion {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** ORIGFILE: the name by the observatory's rule. */
  readonly originalName: string
  readonly fluxCalibrated: boolean
  /** Why it is not flux-calibrated; null when it is. */
  readonly reason: string | null
}
