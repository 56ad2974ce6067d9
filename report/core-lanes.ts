/** Something that took a core of a host from one moment to another. */
export interface Span {
  readonly host: string
  readonly startedAt: Date
  /** null while it lasts. */
  readonly endedAt: Date | null
}

export interface Lane<Of extends Span> {
  readonly host: string
  /** In the order of time; none overlaps the next. */
  readonly spans: readonly Of[]
}

/** Spans laid into as few lanes per host as cores were at work at once, hosts by name: gaps between them are idle cores. */
export function coreLanes<Of extends Span>(spans: readonly Of[]): readonly Lane<Of>[] {
  const byHost = new Map<string, Of[][]>()
  for (const span of spans.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())) {
    const lanes = byHost.get(span.host) ?? []
    byHost.set(span.host, lanes)
    const free = lanes.find((lane) => endOf(lane.at(-1)) <= span.startedAt.getTime())
    if (free === undefined) lanes.push([span])
    else free.push(span)
  }
  return [...byHost]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([host, lanes]) => lanes.map((lane) => ({ host, spans: lane })))
}

function endOf(span: Span | undefined): number {
  if (span === undefined) return Number.NEGATIVE_INFINITY
  return span.endedAt?.getTime() ?? Number.POSITIVE_INFINITY
}
