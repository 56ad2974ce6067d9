import { useState } from 'preact/hooks'
import { bytes } from '../../format.ts'
import { Spectrum } from '../../parts/spectrum.tsx'
import { State } from '../../states.tsx'
import type { Ab } from './block.ts'

/** The spectrum of the present generation, with that of the one before on demand. */
export function Idps({ ab }: { ab: Ab }) {
  const idps = ab.idps.filter(({ state }) => state !== 'superseded').toReversed()
  const shown = idps.find(({ generation }) => generation === ab.generation) ?? idps[0]
  const older =
    ab.idps.find(({ role, generation }) => role === shown?.role && generation < (shown?.generation ?? 0)) ?? null
  const [compares, setCompares] = useState(false)
  if (shown === undefined) return null
  return (
    <section>
      <h2>Spectrum</h2>
      <p>
        <State state={shown.state} /> <a href={`/idps/${shown.archive_name}`}>{shown.archive_name}</a>{' '}
        <span class="faint">
          {shown.role}, {bytes(shown.bytes)}, generation {shown.generation}
        </span>{' '}
        {older === null ? null : (
          <label>
            <input type="checkbox" checked={compares} onChange={(event) => setCompares(event.currentTarget.checked)} />{' '}
            with that of generation {older.generation}
          </label>
        )}
      </p>
      {shown.kind === 'standard' ? (
        <Spectrum name={shown.archive_name} other={compares ? (older?.archive_name ?? null) : null} />
      ) : (
        <p class="faint">the instrument file has no idp section: the product was copied as it is</p>
      )}
    </section>
  )
}
