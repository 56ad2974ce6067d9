import type { HduOnDisk } from '../fits/file.ts'
import type { Header } from '../fits/header.ts'
import { axisLengths } from '../fits/hdu.ts'
import { valueNumber } from './header-value.ts'

/**
 * Why the images of a file have not the size that a raw's header tells, in words; null when they have. An axis of which the raw lacks a
 * keyword is not checked.
 *
 * @param axes for NAXIS1, NAXIS2, ...: keywords of the raw whose sum is the length
 */
export function axesProblem(
  hdus: readonly HduOnDisk[],
  axes: readonly (readonly string[])[],
  raw: Header,
): string | null {
  if (axes.length === 0) return null
  const images = hdus.filter(({ header }) => axisLengths(header).length > 0 && header.get('TFIELDS') === undefined)
  if (images.length === 0) return 'the file holds no image'
  for (const { header } of images) {
    const lengths = axisLengths(header)
    if (lengths.length !== axes.length) return `the image has ${lengths.length} axes, expected ${axes.length}`
    const expected = axes.map((keywords) => keywords.reduce((sum, keyword) => sum + valueNumber(raw, keyword), 0))
    if (expected.some((length, index) => Number.isFinite(length) && length !== lengths[index])) {
      return `the image has ${lengths.join(' x ')} pixels, the raw's detector keywords give ${expected.join(' x ')}`
    }
  }
  return null
}
