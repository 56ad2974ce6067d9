import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import type { IdpArchive } from '../../archive/archive.ts'
import type { IdpRecord } from '../../database/archive-record.ts'
import { PreconditionError } from '../../domain/failure.ts'
import { type PreviewSpectrum, readPreview } from '../../idp/preview.ts'

/** Some megabytes each: what one looks at and compares with. */
const MOST_KEPT = 6

/** Spectra of IDPs, read once for many zooms: from the archive, or from where a pending one waits on this host. */
export class Spectra {
  readonly #target: IdpArchive
  readonly #host: string
  readonly #read = new Map<string, Promise<PreviewSpectrum>>()

  constructor(target: IdpArchive, host: string) {
    this.#target = target
    this.#host = host
  }

  /** @throws PreconditionError when it waits on another host */
  async of(idp: IdpRecord): Promise<PreviewSpectrum> {
    const known = this.#read.get(idp.archiveName)
    const spectrum = known ?? this.#fetch(idp)
    // The one that was asked for last is the last to go.
    this.#read.delete(idp.archiveName)
    this.#read.set(idp.archiveName, spectrum)
    for (const [oldest] of this.#read) if (this.#read.size > MOST_KEPT) this.#read.delete(oldest)
    spectrum.catch(() => this.#read.delete(idp.archiveName))
    return spectrum
  }

  async #fetch({ archiveName, state, waitingPath, host }: IdpRecord): Promise<PreviewSpectrum> {
    if (state === 'pending' && waitingPath !== null) {
      if (host !== this.#host) throw new PreconditionError(`${archiveName} waits on host ${host}: look there`)
      return readPreview(waitingPath, [])
    }
    const folder = await mkdtemp(join(os.tmpdir(), 'phoenix-monitor-'))
    try {
      const path = join(folder, archiveName)
      await this.#target.fetchIdp(archiveName, path)
      return await readPreview(path, [])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}
