import { basename, dirname, join } from 'node:path'
import type { NewIdp } from '../database/idps.ts'
import type { Host } from './dependencies.ts'
import { type Quarantine, quarantine } from './quarantine.ts'

/** Products of trials lie beside the quarantine and go after as many days, or when they are as many bytes. */
export function trialShelf(host: Pick<Host, 'quarantine'>): Quarantine {
  return { ...host.quarantine, folder: join(dirname(host.quarantine.folder), 'trial') }
}

/** Takes the products of a trial out of the folder of its run, which goes with the run, to be compared with what is live. */
export async function shelveProducts(host: Host, idps: readonly NewIdp[]): Promise<readonly NewIdp[]> {
  const shelved: NewIdp[] = []
  for (const idp of idps) {
    shelved.push({ ...idp, path: await quarantine(trialShelf(host), idp.path, basename(idp.path).slice(0, 128)) })
  }
  return shelved
}
