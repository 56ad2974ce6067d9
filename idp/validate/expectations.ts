/**
 * What one instrument's files must say beyond the standard (rules U..). It comes from the instrument file, so that no rule knows an
 * instrument by name.
 */
export interface IdpExpectations {
  /** Value of INSTRUME. */
  readonly instrument: string
  /** Archive collection; some need no EXT_OBJ. */
  readonly collection?: string
  readonly specsys: string
  readonly wave: {
    /** Value of TUCD1, e.g. `em.wl;obs.atmos` for wavelengths in air. */
    readonly ucd: string
    readonly minimumNm: number
    readonly maximumNm: number
  }
  /** 1: flux-calibrated where a response exists, else not. 2: never flux-calibrated. */
  readonly fluxCase: 1 | 2
  /** TUNIT2 of a file that is not flux-calibrated. */
  readonly unfluxedUnit: string
  /** PROCSOFT must match, e.g. `uves/\d+\.\d+\.\d+`. */
  readonly procsoft: string
  /** Keyword of the slit width in arcsec in a raw frame, by arm. */
  readonly slitWidthKeyword: Readonly<Record<string, string>>
  /** Largest distance of RA and DEC from those of the raw frame. */
  readonly positionToleranceDegrees: number
  readonly originalName: OriginalName
}

/** How ORIGFILE is made. */
export interface OriginalName {
  /** Regular expression with a named group for each field that is checked. The group `code` tells fluxed from not fluxed. */
  readonly pattern: string
  readonly fluxedCode: string
  readonly unfluxedCode: string
}
