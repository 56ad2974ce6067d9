/** One exposure's raw file(s), its recipe and every calibration it needs, as the observatory wrote it. */
export interface AssociationBlock {
  /** File name of the block, `UVES.2026-03-02T03:36:00.000.ab` or with a TAG before `.ab`. Its identity within the instrument. */
  readonly name: string
  readonly instrument: string
  /** Observing night, `2026-03-01`: the UT date on which it begins. */
  readonly date: string
  readonly dprCategory: string
  /** Key into the instrument file together with the raw's DPR TECH, e.g. `SCI_POINT_BLUE`. */
  readonly rawType: string
  readonly recipe: string
  readonly drsType: string
  readonly completeness: 'COMPLETE' | 'INCOMPLETE'
  readonly processStatus: string
  /** Start of the exposure, MJD (UT days). */
  readonly mjdObs: number
  readonly productRootName: string
  readonly programId: string | null
  readonly observationId: string | null
  /** End of the proprietary period as written, `2027-03-01` or with a time (UT); null: the data are public. */
  readonly releaseDate: string | null
  readonly rawFiles: readonly RawFile[]
  readonly calibrations: readonly Calibration[]
  /** `INS.GRAT1.WLEN=437.0`: keyword and value that the raw's header must show. */
  readonly rawMatchKeys: readonly RawMatchKey[]
  readonly recipeParameters: readonly string[]
  /** Qualifiers that this version does not know: kept and shown, never an error. */
  readonly otherQualifiers: readonly OtherQualifier[]
}

export interface RawFile {
  readonly fileName: string
  /** Tag in the set of frames, e.g. `SCI_POINT_BLUE`. */
  readonly tag: string
}

export interface Calibration {
  /** REAL: in the archive. VIRTUAL: only promised, so the block cannot be executed. */
  readonly flag: 'REAL' | 'VIRTUAL'
  readonly fileName: string
  /** PRO CATG of the file and its tag in the set of frames. */
  readonly category: string
  /** Signed distance to the science exposure in days; null where the block does not say. */
  readonly distanceDays: number | null
}

export interface RawMatchKey {
  readonly keyword: string
  readonly value: string
}

export interface OtherQualifier {
  readonly qualifier: string
  readonly value: string
}
