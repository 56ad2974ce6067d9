import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { double, integer, logical, string } from '../../../fits/card.ts'
import { type IdpContext, validateIdp } from '../../../idp/validate.ts'
import { exampleContext } from './example-context.ts'
import { both, extension, type Mutation, named, primary, values, withoutPrimary, writeMutated } from './mutation.ts'

let folder = ''
let context: IdpContext = {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idp-tolerance-'))
  context = await exampleContext(join(folder, 'products'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What lies just within a tolerance, or is allowed in other words: no false alarm. */
const ALLOWED: readonly (Omit<Mutation, 'rule'> & { readonly what: string })[] = [
  { what: 'a name of 68 characters', ...named(`${'x'.repeat(63)}.fits`) },
  { what: 'a date without time', ...primary(string('DATE', '2026-11-22')) },
  {
    what: 'ICRS without equinox',
    hdus: (hdus) => withoutPrimary('EQUINOX').hdus?.(primary(string('RADESYS', 'ICRS')).hdus?.(hdus) ?? []) ?? [],
  },
  { what: 'a bibcode', ...primary(string('REFERENC', '2000SPIE.4008..534D')) },
  { what: 'a DOI', ...primary(string('REFERENC', 'doi:10.18727/archive/50')) },
  {
    what: 'a programme of the new form',
    ...primary(string('PROG_ID', '110.23AB.001')),
    context: (old) => ({ ...old, raws: new Map() }),
  },
  { what: 'TEXPTIME 9 ms longer than the time elapsed', ...primary(double('TEXPTIME', 1200.009)) },
  { what: 'TELAPSE 0.09 s off', ...extension(double('TELAPSE', 1200.09)) },
  { what: 'TMID 8 s off', ...extension(double('TMID', 60000.15703)) },
  { what: 'RA in the headers apart by less than 1e-7', ...extension(double('RA', 150.12345605)) },
  { what: 'VOCLASS in capitals', ...extension(string('VOCLASS', 'SPECTRUM V1.0')) },
  { what: 'UTypes in small letters', ...extension(string('TUTYP2', 'spectrum.data.fluxaxis.value')) },
  { what: 'data from elsewhere', ...primary(string('ORIGIN', 'KECK'), logical('NOESODAT', true)) },
  { what: 'an archive name as ORIGFILE', ...primary(string('ORIGFILE', 'ADP.2026-11-22T10:00:00.000.fits')) },
  { what: 'a percentage for the flux scale', fluxed: true, ...primary(double('FLUXERR', 7)) },
  { what: 'a real number written as an integer', ...primary(integer('EXPTIME', 1200)) },
  { what: 'SNR off by 9 %', ...primary(double('SNR', 42.21 * 1.09)) },
  { what: 'APERTURE off by 0.05 %', ...extension(double('APERTURE', 0.00027778 * 1.0005)) },
  { what: 'the target 0.04 degree from the pointing', ...both(double('DEC', -30.16)) },
  { what: 'WAVE off by 0.005 steps', ...values('WAVE', (value, index) => (index === 100 ? value + 0.015 : value)) },
  { what: 'errors of the pipeline, without the extinction', fluxed: true, ...values('ERR', (value) => value / 1.3) },
  { what: 'errors off by 0.05 %', ...values('ERR_REDUCED', (value) => value * 1.0005) },
  { what: 'a zero error where QUAL flags it', ...values('ERR_REDUCED', (value, index) => (index === 0 ? 0 : value)) },
  {
    what: 'NaN where QUAL flags it, in flux that the pipeline left zero',
    ...values('BGFLUX_REDUCED', (value, index) => (index === 0 ? Number.NaN : value)),
  },
]

test.each(ALLOWED.map((allowed): [string, Mutation] => [allowed.what, { ...allowed, rule: '' }]))(
  '%s is no finding',
  async (what, mutation) => {
    const path = await writeMutated(join(folder, what.replace(/\W+/g, '-')), mutation)
    // Without raws a PROVi does not exist.
    const findings = await validateIdp(path, mutation.context?.(context) ?? context)
    expect(findings.filter(({ rule }) => rule !== 'B09' || mutation.context === undefined)).toEqual([])
  },
)
