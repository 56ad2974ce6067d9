/**
 * What phoenix asks of an archive. Raws, calibrations and IDPs may lie in three different ones. Every method may be called twice and
 * killed in between: a file is there whole or not at all.
 *
 * Errors: FileMissing when the archive says that it has no such file; FileRefused when what it sends cannot be a FITS file of sane size;
 * ArchiveUnauthorized when it does not let us in; InfrastructureError when the archive is away or a transfer broke.
 */
export interface FileSource {
  /** Name of the archive in holds and messages. */
  readonly name: string
  /**
   * Brings one file to `target` (written under another name, synced, renamed) and says what arrived. `signal` gives up; what has arrived by
   * then is kept for the next call where the archive can resume.
   */
  fetch(kind: FileKind, fileName: string, target: string, signal?: AbortSignal): Promise<FetchedFile>
  /**
   * What tells this content of a calibration from any other, without fetching it: a checksum, a version. Null when the archive does not say;
   * a source without this method never does. @throws FileMissing
   */
  stampOf?(fileName: string, signal?: AbortSignal): Promise<string | null>
}

export interface IdpTarget {
  readonly name: string
  /** Stores a file under its archive name. Storing the same file again changes nothing; another file of that name is refused. */
  store(archiveName: string, path: string): Promise<void>
  /** Size and SHA-256 of what the archive holds under that name, read anew; null when it holds nothing. */
  readBack(archiveName: string): Promise<FileFacts | null>
}

/** What people ask of the archive that the IDPs went into. */
export interface IdpArchive extends IdpTarget {
  /**
   * Brings a stored file to `target`, whole or not at all, and says what arrived; whether it is what was once stored, the caller knows.
   * @throws FileMissing
   */
  fetchIdp(archiveName: string, target: string, signal?: AbortSignal): Promise<FileFacts>
  /** Bytes of a stored file as the archive tells them, without reading it; null when it holds nothing of that name. */
  bytesOf(archiveName: string): Promise<number | null>
  /** Names of everything that lies where IDPs are stored; null when this archive has no way to tell. */
  names(): Promise<readonly string[] | null>
}

export type FileKind = 'raw' | 'mcalib'

export interface FileFacts {
  readonly bytes: number
  readonly sha256: string
}

export interface FetchedFile extends FileFacts {
  readonly path: string
  /** The archive's own checksum of the file was there and agrees; `unlisted` when the archive gave none. */
  readonly checksum: 'agrees' | 'unlisted' | 'differs'
}

/** The archive answers, and says that it has no such file. */
export class FileMissing extends Error {
  override readonly name = 'FileMissing'
}

/**
 * What the archive sends under a name is no file that could be worked with, however often it is asked: larger than the limit, packed
 * data that cannot be unpacked or never ends, no FITS file. Like a wrong checksum, it is an answer about that one file.
 */
export class FileRefused extends Error {
  override readonly name = 'FileRefused'
}

/**
 * The archive does not let us in (401, 403, a log-in page, a redirect to a host that is not allowed) until a person has done something.
 * It says nothing about any file: the archive is held, no block fails.
 */
export class ArchiveUnauthorized extends Error {
  override readonly name = 'ArchiveUnauthorized'
  /** Name of the archive, the scope of the hold. */
  readonly archive: string

  constructor(archive: string, message: string, options?: ErrorOptions) {
    super(`archive ${archive}: ${message}`, options)
    this.archive = archive
  }
}

/** The archive refuses an IDP for good, for example because another file has that name. */
export class IdpRefused extends Error {
  override readonly name = 'IdpRefused'
}
