import type { OrderKind } from '../domain/order.ts'

/** What the workflow of a date is called in Temporal's page, and what is told of it there. */
export function dateDescription(
  run: { readonly instrument: string; readonly date: string; readonly kind: OrderKind; readonly runNumber: number },
  page: string | null,
): { readonly staticSummary: string; readonly staticDetails: string } {
  const what = `${run.instrument} ${run.date}`
  return { staticSummary: `${what}, ${run.kind}, run ${run.runNumber}`, staticDetails: workflowDetails(what, page) }
}

/**
 * What Temporal's page shows of a workflow: the way to our page (null: no monitor runs), and how to give orders there.
 *
 * @param what as on the command line, `UVES 2026-03-01` or `campaign/12`
 */
export function workflowDetails(what: string, page: string | null): string {
  const link = page === null ? '' : `[${what} in the monitor](${page})\n\n`
  return `${link}Signals: \`pause\`, \`stop\`, \`cancel\` (their argument is the reason) and \`resume\` do what \`phoenix pause ${what}\` and its kin do: they write the same rows. "Request cancellation" means \`cancel\`.`
}
