import { integer, double, logical, string } from '../../../fits/card.ts'
import { writeFits } from '../../../fits/file.ts'
import { Header } from '../../../fits/header.ts'

const COLUMNS = 1074
const ROWS = 1500

/**
 * A raw BIAS frame with just the keywords that `uves_cal_mbias` reads, of the real size, since the recipe measures in windows of
 * it: level 150 ADU and a pattern of noise that differs by `seed`. `without` leaves a keyword out.
 */
export async function writeBiasFrame(path: string, seed: number, without = ''): Promise<void> {
  const cards = [
    logical('SIMPLE', true),
    integer('BITPIX', 16),
    integer('NAXIS', 2),
    integer('NAXIS1', COLUMNS),
    integer('NAXIS2', ROWS),
    logical('EXTEND', true),
    double('BZERO', 32768),
    string('ORIGIN', 'ESO'),
    string('INSTRUME', 'UVES'),
    double('MJD-OBS', 61101.5),
    double('EXPTIME', 0),
    ...['CTYPE1', 'CTYPE2'].map((keyword) => string(keyword, 'PIXEL')),
    ...['CRVAL1', 'CRVAL2', 'CRPIX1', 'CRPIX2', 'CDELT1', 'CDELT2'].map((keyword) => double(keyword, 1)),
    string('ESO DET CHIP1 NAME', 'EEV'),
    integer('ESO DET OUT1 PRSCX', 25),
    integer('ESO DET OUT1 OVSCX', 25),
    integer('ESO DET WIN1 BINX', 2),
    integer('ESO DET WIN1 BINY', 2),
    string('ESO DET READ SPEED', '50kHz,2x2,high'),
  ]
  const data = Buffer.alloc(COLUMNS * ROWS * 2)
  let state = seed
  for (let i = 0; i < COLUMNS * ROWS; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    data.writeInt16BE(150 + ((state >> 16) % 9) - 4 - 32768, i * 2)
  }
  await writeFits(path, [{ header: new Header(cards.filter(({ keyword }) => keyword !== without)), data }])
}
