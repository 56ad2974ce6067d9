/**
 * The blue arm of UVES at 2x2 binning: where its echelle orders lie and at which wavelength, for three standard settings.
 *
 * Origin: the polynomials are fits to the physical model that `uves_cal_predict` of the ESO UVES pipeline 6.1.8 uses
 * (rms < 0.002 pixel in position, < 0.003 Angstrom in order number times wavelength). They hold for chip CCD-44b,
 * `ESO INS TEMP1 MEAN` 8.0 and `ESO INS SENS26 MEAN` 745.0 only. Noise, blaze and slit are those of the real detector.
 */
export const detector = {
  /** Pixels across dispersion (y' of the rotated frame) and along it (x'). */
  crossPixels: 1024,
  dispersionPixels: 1500,
  prescanPixels: 25,
  overscanPixels: 25,
  binning: 2,
  biasLevelAdu: 150,
  readNoiseElectrons: 3.8,
  gainAduPerElectron: 0.55,
  electronsPerAdu: 1.82,
  largestAdu: 65535,
  chipId: 'CCD-44b',
  chipName: 'EEV',
} as const

/** A slit of 8 arcsec at 0.246 arcsec per unbinned pixel. */
export const slitLengthPixels = 8 / (0.246 * 2)

export type SettingName = 346 | 390 | 437

/** One standard setting: a central wavelength in nm with its cross disperser and dichroic. */
export interface Setting {
  readonly name: SettingName
  readonly crossDisperser: string
  readonly instrumentMode: string
  readonly dichroic: 1 | 2
  /** Absolute order at which the second variable of the polynomials is zero. */
  readonly middleOrder: number
  /** Orders of which some light falls on the chip, lowest and highest. */
  readonly ordersOnChip: readonly [number, number]
  /** y'(x', m) = sum c[i][j] xn^i mn^j in pixels, xn = (x' - 750) / 750, mn = (m - middleOrder) / 16. */
  readonly position: readonly (readonly number[])[]
  /** m lambda(x', m) with the same variables, Angstrom in air. */
  readonly wavelength: readonly (readonly number[])[]
  /** m(x', y') = sum c[i][j] xn^i ((y' - 512) / 512)^j: only the line table of the pipeline needs it. */
  readonly absoluteOrder: readonly (readonly number[])[]
}

export const settings: Readonly<Record<SettingName, Setting>> = {
  346: {
    name: 346,
    crossDisperser: 'CD#1',
    instrumentMode: 'DICHR#1',
    dichroic: 1,
    middleOrder: 137,
    ordersOnChip: [120, 155],
    position: [
      [451.3510665, -484.496951, 57.42511331, -6.681953693, 0.8320301697, -0.1104278043],
      [33.64410801, -3.678916527, 0.4278575239, -0.06212841705, 0.01156557488, -0.0001697631886],
      [0.8804862934, 0.4518264822, -0.05111754852, 0.008198977369, -0.004787418912, -0.0003309004269],
      [-0.0584137978, 0.007894581336, 0.0003652462846, -0.007362837108, -0.001822452398, 0.008927338739],
    ],
    wavelength: [
      [466844.5722, -1.862152496, 0.5899066124, -0.07767325978, 0.006678412239],
      [3637.451151, 23.43537148, 1.257593882, -0.2147037911, -0.004325054494],
      [-475.8230556, -6.340599784, -0.3696637081, 0.06205276182, 0.002899700541],
      [-6.355972303, 0.01499088218, -0.01568276539, -0.002005007474, -0.0009456235903],
      [1.386689011, 0.02290360627, 0.005747557105, 0.004120150779, -0.002310488153],
    ],
    absoluteOrder: [
      [135.026406342, -16.4165890262, 2.0246872305, -0.258474755638, 0.0345612776224],
      [1.09313614818, -0.145145773521, 0.0208285915378, -0.00289437617486, -0.00113959154913],
      [0.0271619308306, -0.0220645806567, 0.00517173165597, -0.000988975952484, -5.93840079279e-5],
    ],
  },
  390: {
    name: 390,
    crossDisperser: 'CD#2',
    instrumentMode: 'DICHR#2',
    dichroic: 2,
    middleOrder: 123,
    ordersOnChip: [103, 144],
    position: [
      [426.2321135, -403.6867935, 52.8591143, -6.641051436, 0.9199321243, -0.1407237736],
      [25.35723458, -3.031560379, 0.3628678172, -0.06866134126, 0.01154285992, 0.008212624539],
      [1.975329809, 0.3769794769, -0.04500295871, 0.008862630498, -0.002537763761, -0.001686443983],
      [-0.04301417489, 0.003851935521, -0.004118313411, 0.005613097946, 0.003262549451, -0.003633609401],
    ],
    wavelength: [
      [466854.5289, -1.387382337, 0.617707071, -0.06541500838, -0.001715453384],
      [3615.914916, 20.29362518, 1.824986691, -0.06941128459, -0.09537685123],
      [-470.6002944, -5.557228019, -0.5544715513, 0.04534092698, 0.03184055872],
      [-6.371517347, 0.04357520175, -0.005396925887, -0.01021384833, -0.000579710774],
      [1.36727312, 0.01760344164, 0.01023820258, 0.001321789302, -0.00650197083],
    ],
    absoluteOrder: [
      [119.692649228, -19.2066791924, 3.09357222448, -0.533777658229, 0.0987636591804],
      [0.975298215211, -0.170501909269, 0.0333592776812, -0.00661362695973, -0.00316288379306],
      [0.0718871521101, -0.0411653573662, 0.0118584725722, -0.00271271718962, 0.000494009273452],
    ],
  },
  437: {
    name: 437,
    crossDisperser: 'CD#2',
    instrumentMode: 'DICHR#2',
    dichroic: 2,
    middleOrder: 109,
    ordersOnChip: [93, 126],
    position: [
      [440.5481097, -514.1042823, 74.94256356, -10.80572293, 1.826215151, -0.3515197328],
      [28.33082186, -3.78033973, 0.5387213526, -0.1273280796, 0.03370820696, 0.01198506496],
      [1.604722633, 0.471238363, -0.06567359418, 0.02151835571, -0.006895620581, -0.01019542886],
      [-0.04843170752, 0.007312071549, -0.002074663923, -0.005333914055, 0.001209414526, 0.009860545168],
    ],
    wavelength: [
      [466853.0684, -2.631594476, 0.7732788533, -0.02550464272, -0.02939474384],
      [3600.375962, 17.14952544, 1.514814069, 0.679511301, -0.41582023],
      [-466.1539207, -4.546456843, -0.5956283192, -0.101234406, 0.1315642783],
      [-6.413370911, 0.03601124082, 0.04134361574, -0.04252446766, -0.008714145179],
      [1.353851479, 0.01162119937, 0.004700635599, 0.005205061087, -0.001890172482],
    ],
    absoluteOrder: [
      [106.820435883, -15.3060287125, 2.17738600695, -0.319076574917, 0.0518877471985],
      [0.862486528516, -0.132883303103, 0.0219973312215, -0.00375072442854, -0.00167053203054],
      [0.0466422788361, -0.0274146904842, 0.00712285085578, -0.00142649968286, -9.33168526798e-5],
    ],
  },
}
