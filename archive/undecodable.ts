/** Bytes that arrived whole, as far as one can tell, and are not what they should be: damaged on the way, or in the archive. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable'
}
