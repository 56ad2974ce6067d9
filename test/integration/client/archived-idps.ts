import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordAttempt } from '../../../database/attempts.ts'
import { makeLive } from '../../../database/idps.ts'
import { startRecipe } from '../../../database/recipe-starts.ts'
import { DATE } from '../../client/blocks.ts'
import { attemptRecord, newIdp } from '../database/own-record.ts'
import type { OwnInstallation } from './own-installation.ts'

/** What the file of an IDP holds here: nothing that looks into it is tested. */
export const contentOf = (abName: string, generation = 1) => `spectrum of ${abName}, generation ${generation}`

export interface Made {
  readonly object?: string
  readonly pipelineVersion?: string
  readonly mcalib?: string
  readonly generation?: number
  readonly waitingPath?: string
}

/** An attempt of run 1 with one IDP in standard form, which waits to be ingested. Returns its archive name. */
export async function madeIdp({ database }: OwnInstallation, abName: string, made: Made = {}): Promise<string> {
  const { object = 'HD 1', pipelineVersion = 'uves/6.1.8', mcalib = 'bias.fits', generation = 1 } = made
  const run = { runNumber: 1, instrument: 'UVES', date: DATE, orderId: 1, host: 'muc08' }
  const start = await startRecipe(database, {
    runNumber: 1,
    abName,
    generation,
    version: 1,
    folder: '/scratch/x',
    place: { ...run, archives: [] },
    windowIsOpen: true,
  })
  if (!start.started) throw new Error(start.decision.detail)
  const content = contentOf(abName, generation)
  await recordAttempt(database, {
    ...attemptRecord(run, abName, start.startId),
    generation,
    pipelineVersion,
    inputs: [
      { fileName: 'raw.fits', kind: 'raw', category: 'SCI_POINT_BLUE', bytes: 17, sha256: 'ab'.repeat(32) },
      { fileName: mcalib, kind: 'mcalib', category: 'MASTER_BIAS_BLUE', bytes: 18, sha256: 'cd'.repeat(32) },
    ],
    idps: [
      {
        ...newIdp('spectrum', 'standard'),
        path: made.waitingPath ?? `/scratch/idp/${abName}.fits`,
        bytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
        standard: {
          originalName: 'original.fits',
          fluxCalibrated: false,
          fluxReason: 'no response',
          warnings: [{ rule: 'W1', message: 'something odd' }],
          keywords: { OBJECT: object, SNR: 12.5 },
          previewSvg: null,
        },
      },
    ],
  })
  const { archive_name: archiveName } = await database
    .selectFrom('idp')
    .select('archive_name')
    .where('ab_name', '=', abName)
    .where('generation', '=', generation)
    .executeTakeFirstOrThrow()
  return archiveName
}

/** The same, ingested: its file lies in the folder archive of the installation. */
export async function liveIdp(own: OwnInstallation, abName: string, made: Made = {}): Promise<string> {
  const archiveName = await madeIdp(own, abName, made)
  layIdp(own, archiveName, contentOf(abName, made.generation))
  await makeLive(own.database, archiveName, 1)
  return archiveName
}

export function idpFolder({ env }: OwnInstallation): string {
  return join(env['PHOENIX_HOME'] ?? '', 'archive', 'idp')
}

export function layIdp(own: OwnInstallation, archiveName: string, content: string): void {
  mkdirSync(idpFolder(own), { recursive: true })
  writeFileSync(join(idpFolder(own), archiveName), content)
}
