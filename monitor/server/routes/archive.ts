import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { type Context, Hono } from 'hono'
import { openTarget } from '../../../archive/open-archive.ts'
import { fetchChecked, recordUnreleased } from '../../../client/archive-get.ts'
import { type IdpRecord, idpRecord } from '../../../database/archive-record.ts'
import { type ArchiveQuestion, searchArchive } from '../../../database/archive-search.ts'
import { idpPreview } from '../../../database/previews.ts'
import { PreconditionError } from '../../../domain/failure.ts'
import { checkedObservingDate } from '../../../domain/observing-date.ts'
import { RAW_STATUSES } from '../../../domain/raw-status.ts'
import { isReleased } from '../../../domain/release-date.ts'
import { spectrumWindow } from '../../../idp/spectrum-window.ts'
import type { Guarded } from '../guard.ts'
import type { Monitor } from '../monitor.ts'
import { Spectra } from '../spectra.ts'

const MOST_ROWS = 200
const MOST_COLUMNS = 4000

/**
 * `/api/archive?target=HD&date=2026-03-01`: what became of exposures; `/api/archive/idps/<name>`: one IDP with its picture, spectrum and
 * file. Of proprietary data only operators see the picture and the spectrum, and only they get the file, which is recorded.
 */
export function archiveRoutes({ database, settings }: Monitor): Hono<Guarded> {
  const target = openTarget(settings.archives.idpTarget)
  const spectra = new Spectra(target, settings.host)
  return new Hono<Guarded>()
    .get('/', async (context) => {
      const found = await searchArchive(database, questionOf(context.req.query()), MOST_ROWS + 1)
      return context.json({ rows: found.slice(0, MOST_ROWS), isCut: found.length > MOST_ROWS })
    })
    .get('/idps/:name', async (context) => {
      const idp = await idpRecord(database, context.req.param('name'))
      return idp === null ? notThere(context) : context.json(idp)
    })
    .get('/idps/:name/preview.svg', async (context) => {
      const idp = await idpRecord(database, context.req.param('name'))
      if (idp === null) return notThere(context)
      if (!maySee(context, idp)) return proprietary(context, idp)
      const svg = await idpPreview(database, idp.archiveName)
      return svg === null ? notThere(context) : context.body(svg, 200, { 'Content-Type': 'image/svg+xml' })
    })
    .get('/idps/:name/spectrum', async (context) => {
      const idp = await idpRecord(database, context.req.param('name'))
      if (idp === null) return notThere(context)
      if (!maySee(context, idp)) return proprietary(context, idp)
      const { from, to, columns } = context.req.query()
      const part = { from: numberOf(from), to: numberOf(to), columns: Math.trunc(numberOf(columns) ?? 1200) }
      if (part.columns < 1 || part.columns > MOST_COLUMNS) throw new PreconditionError(`columns: 1 to ${MOST_COLUMNS}`)
      return context.json(spectrumWindow(await spectra.of(idp), part))
    })
    .get('/idps/:name/file', async (context) => {
      const idp = await idpRecord(database, context.req.param('name'))
      if (idp === null || idp.state === 'pending') return notThere(context)
      return isReleased(idp.releaseDate, new Date()) ? fileReply(context, idp) : proprietary(context, idp)
    })
    .post('/idps/:name/file', async (context) => {
      const idp = await idpRecord(database, context.req.param('name'))
      const operator = context.get('operator')
      if (idp === null || idp.state === 'pending' || operator === null) return notThere(context)
      if (!isReleased(idp.releaseDate, new Date())) await recordUnreleased(database, idp, operator, 'a browser')
      return fileReply(context, idp)
    })

  /** Checked against the record before the first byte goes out. */
  async function fileReply(context: Context, idp: IdpRecord): Promise<Response> {
    const folder = await mkdtemp(join(os.tmpdir(), 'phoenix-monitor-'))
    try {
      await fetchChecked(target, idp, folder)
      const content = await readFile(join(folder, idp.archiveName))
      return context.body(new Uint8Array(content), 200, {
        'Content-Type': 'application/fits',
        'Content-Disposition': `attachment; filename="${idp.archiveName}"`,
      })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

function maySee(context: Context<Guarded>, { releaseDate }: IdpRecord): boolean {
  return isReleased(releaseDate, new Date()) || context.get('operator') !== null
}

function proprietary(context: Context, { archiveName, releaseDate }: IdpRecord): Response {
  const until = releaseDate?.toISOString().slice(0, 10)
  return context.json({ error: `${archiveName} is proprietary until ${until}: for operators who have signed in` }, 403)
}

function notThere(context: Context): Response {
  return context.json({ error: 'the archive has no such file' }, 404)
}

function numberOf(text: string | undefined): number | null {
  if (text === undefined || text === '') return null
  const value = Number(text)
  if (!Number.isFinite(value)) throw new PreconditionError(`'${text}' is not a number`)
  return value
}

function questionOf(query: Record<string, string>): ArchiveQuestion {
  const given = (name: string) => {
    const value = query[name]?.trim()
    return value === undefined || value === '' ? undefined : value
  }
  const date = given('date')
  const [from, to] = [date ?? given('from'), date ?? given('to')]
  for (const day of [from, to]) if (day !== undefined) checkedObservingDate(day)
  const [instrument, programId, object] = [given('instrument'), given('program'), given('target')]
  const status = RAW_STATUSES.find((known) => known === given('status'))
  return {
    ...(instrument === undefined ? {} : { instrument }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(programId === undefined ? {} : { programId }),
    ...(object === undefined ? {} : { target: object }),
    ...(status === undefined ? {} : { status }),
  }
}
