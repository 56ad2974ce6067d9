/**
 * What Temporal's page shows of a workflow: the way to our page (null: no monitor runs), and how to give orders there.
 *
 * @param what as on the command line, `UVES 2026-03-01` or `campaign/12`
 */
export function workflowDetails(what: string, page: string | null): string {
  const link = page === null ? '' : `[${what} in the monitor](${page})\n\n`
  return `${link}Signals: \`pause\`, \`stop\`, \`cancel\` (their argument is the reason) and \`resume\` do what \`phoenix pause ${what}\` and its kin do: they write the same rows. "Request cancellation" means \`cancel\`.`
}
