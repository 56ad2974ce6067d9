/** Something that took a core of a host. Moments in milliseconds since 1970; what has not ended reaches to now. */
export interface CoreTime {
  readonly host: string
  readonly beginMilliseconds: number
  readonly endMilliseconds: number
}

export interface Lane<Of extends CoreTime> {
  readonly host: string
  /** In the order of time; none overlaps the next. */
  readonly times: readonly Of[]
}

/** Times laid into as few lanes per host as cores were at work at once, hosts by name: gaps between them are idle cores. */
export function coreLanes<Of extends CoreTime>(times: readonly Of[]): readonly Lane<Of>[] {
  const byHost = new Map<string, Of[][]>()
  for (const time of times.toSorted((a, b) => a.beginMilliseconds - b.beginMilliseconds)) {
    const lanes = byHost.get(time.host) ?? []
    byHost.set(time.host, lanes)
    const free = lanes.find((lane) => (lane.at(-1)?.endMilliseconds ?? 0) <= time.beginMilliseconds)
    if (free === undefined) lanes.push([time])
    else free.push(time)
  }
  return [...byHost]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([host, lanes]) => lanes.map((lane) => ({ host, times: lane })))
}
