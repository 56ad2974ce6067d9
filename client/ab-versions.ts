import type { AbKey } from '../database/ab-record.ts'
import { type AbVersion, abVersions } from '../database/ab-versions.ts'
import type { Database } from '../database/connect.ts'
import { clockTime } from './clock-time.ts'
import type { Output } from './output.ts'
import { differenceLines } from './show-registration.ts'

/** Every content of a block that was registered, each with its difference from the one before. */
export async function showVersions(output: Output, database: Database, { instrument, abName }: AbKey): Promise<void> {
  const versions = await abVersions(database, { instrument, abName })
  output.result({ instrument, abName, versions }, () => {
    output.heading(`${abName}: ${versions.length} ${versions.length === 1 ? 'version' : 'versions'}`)
    for (const version of versions) show(version, output)
  })
}

function show({ version, registeredAt, leftOut, counts, generations, difference }: AbVersion, output: Output): void {
  const facts = [
    `version ${version}, registered ${clockTime(registeredAt)}`,
    ...(generations.length === 0 ? [] : [`attempted in generation ${generations.join(', ')}`]),
    ...(counts ? ['counts'] : []),
  ]
  output.say(`${facts.join(', ')}: ${leftOut === null ? 'executable' : `${leftOut.code}: ${leftOut.text}`}`)
  if (version > 1) for (const line of differenceLines(difference)) output.say(`  ${line}`)
}
