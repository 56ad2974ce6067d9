import { writeFile } from 'node:fs/promises'
import { bundleWorkflowCode } from '@temporalio/worker'

/** Bundles the compiled workflows once at build time, so that no worker spends its start on it. */
const [workflowsPath, bundlePath] = process.argv.slice(2)
const silent = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error }
const { code } = await bundleWorkflowCode({ workflowsPath, logger: silent })
await writeFile(bundlePath, code)
