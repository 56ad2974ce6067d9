/** `UVES.2026-03-02T03:36:00.000.ab` on a page that tells the date: its time, and a tag if there is one, are what differs. */
export function shortName(abName: string): string {
  const [, time, tag = ''] = /T(\d\d:\d\d:\d\d)\.\d+(.*)\.ab$/.exec(abName) ?? []
  return time === undefined ? abName : time + tag
}
