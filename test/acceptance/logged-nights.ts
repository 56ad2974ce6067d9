import { createHash } from 'node:crypto'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssociationBlock } from '../../domain/association-block.ts'
import { observingDateOf } from '../../domain/observing-date.ts'
import { projectRoot } from '../../settings/project.ts'
import { rawChipCards, rawPrimaryCards } from '../../simulator/frame-header.ts'
import { mjdOf } from '../../simulator/instant.ts'
import { planNight } from '../../simulator/night-plan.ts'
import { type LoggedExposure, readScienceLog } from '../../simulator/observing-log.ts'
import { setUpOf } from '../../simulator/set-up.ts'
import { smallFrame } from '../integration/workflows/small-night.ts'

/** Exposures of the real observing log of UVES by the night to which they belong. */
export async function loggedNights(): Promise<ReadonlyMap<string, readonly LoggedExposure[]>> {
  const nights = new Map<string, LoggedExposure[]>()
  for (const exposure of await readScienceLog(join(projectRoot(), 'simulator', 'logs', 'uves-science-log.csv'))) {
    const date = observingDateOf(exposure.start, 12)
    nights.set(date, [...(nights.get(date) ?? []), exposure])
  }
  return nights
}

/** Blocks of a logged night, with raws of a few pixels in the archive: names are those of the log, all else is of one simulated exposure. */
export async function layLoggedNight(
  archive: string,
  date: string,
  exposures: readonly LoggedExposure[],
): Promise<readonly AssociationBlock[]> {
  const [planned] = planNight({ instrument: 'UVES', seed: 1, withExtras: false, date, executable: 1, settings: [437] })
  if (planned === undefined) throw new Error('no exposure was planned')
  const { block, observation } = planned
  const setUp = setUpOf(observation.setting)
  const chips = setUp.chips.flatMap(rawChipCards)
  const lines: string[] = []
  for (const { dpId, start } of exposures) {
    const header = [...rawPrimaryCards({ ...observation, start, template: 'test', setUp }), ...chips]
    const bytes = smallFrame(header)
    await writeFile(join(archive, 'raw', `${dpId}.fits`), bytes)
    lines.push(`${createHash('sha256').update(bytes).digest('hex')}  ${dpId}.fits\n`)
  }
  await appendFile(join(archive, 'raw', 'SHA256SUMS'), lines.join(''))
  const [tag] = block.rawFiles.map((raw) => raw.tag)
  return exposures.map(({ dpId, start }) => {
    const rawFiles = [{ fileName: `${dpId}.fits`, tag: tag ?? '' }]
    return { ...block, name: `${dpId}.ab`, mjdObs: mjdOf(start), rawFiles }
  })
}
