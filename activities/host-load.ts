/** In words, why no block is taken now; null when the host has time for one, or no limit is set. */
export function excessOfLoad(host: string, load: number, maximum: number | null): string | null {
  if (maximum === null || load <= maximum) return null
  return `waits for the load of ${host} to fall: it is ${load.toFixed(1)}, no recipe starts above ${maximum}`
}
