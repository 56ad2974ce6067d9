import { useState } from 'preact/hooks'
import { useDocument, useStream } from '../../data.ts'
import { number } from '../../format.ts'
import { Comparison } from '../../parts/comparison.tsx'
import { Inputs } from '../../parts/inputs.tsx'
import { State } from '../../states.tsx'
import type { Ab } from './block.ts'
import { Calibrations } from './calibrations.tsx'
import { Attempts } from './history.tsx'
import { Idps } from './idps.tsx'
import { Logs } from './logs.tsx'
import { Qc1 } from './qc1.tsx'
import { Scores } from './scores.tsx'

/** One association block: everything that is known of it. */
export function AbView({ instrument, name }: { instrument: string; name: string }) {
  const path = `/api/abs/${instrument}/${name}`
  const [version, setVersion] = useState(0)
  const [liveLog, setLiveLog] = useState('')
  const { document: ab, error } = useDocument<Ab>(path, version)
  const trouble = useStream(`${path}/live`, {
    changed: () => setVersion((before) => before + 1),
    log: (data) => setLiveLog((before) => before + data),
    'whole log': (data) => setLiveLog(data),
  })
  if (error !== null) return <p class="trouble">{error}</p>
  if (ab === null) return <p class="faint">asking</p>
  return <Page ab={ab} path={path} liveLog={liveLog} trouble={trouble} />
}

function Page({ ab, path, liveLog, trouble }: { ab: Ab; path: string; liveLog: string; trouble: string | null }) {
  const attempt = ab.attempts.find(({ generation }) => generation === ab.generation) ?? null
  const current = ab.generations.find(({ generation }) => generation === ab.generation) ?? null
  return (
    <>
      <h1>
        {ab.abName} <State state={ab.state} />{' '}
        <span class="near">
          <a href={`/dates/${ab.instrument}/${ab.date}`}>
            {ab.instrument} {ab.date}
          </a>
        </span>
      </h1>
      {trouble === null ? null : <p class="trouble">{trouble}</p>}
      {ab.cause === null ? null : (
        <p class={ab.state === 'failed' || ab.state === 'interrupted' ? 'cause bad' : 'cause'}>
          {[ab.leftOutCode ?? attempt?.failure_kind, ab.cause].filter(Boolean).join(': ')}
        </p>
      )}
      <dl class="facts wide-facts">
        <dt>raw</dt>
        <dd>
          {ab.raws.map(({ dp_id, status }) => (
            <div key={dp_id}>
              {dp_id} <span class="faint">{status}</span>
            </div>
          ))}
        </dd>
        <dt>target</dt>
        <dd>{attempt?.target ?? <span class="faint">not read yet</span>}</dd>
        <dt>programme</dt>
        <dd>{ab.programId ?? ''}</dd>
        <dt>OB</dt>
        <dd>{ab.ab?.observationId ?? ''}</dd>
        <dt>mode</dt>
        <dd>{ab.rawType ?? ''}</dd>
        <dt>setting</dt>
        <dd>
          {attempt?.setting ?? ab.ab?.rawMatchKeys.map(({ keyword, value }) => `${keyword}=${value}`).join(' ') ?? ''}
        </dd>
        <dt>exposure</dt>
        <dd>{attempt?.exposure_seconds == null ? '' : `${number(attempt.exposure_seconds)} s`}</dd>
        <dt>recipe</dt>
        <dd>{[attempt?.recipe ?? ab.ab?.recipe, attempt?.pipeline_version].filter(Boolean).join(', ')}</dd>
        <dt>generation</dt>
        <dd>
          {ab.generation}, version {ab.version} of the block
        </dd>
      </dl>
      <Idps ab={ab} />
      {current === null ? null : <Scores instrument={ab.instrument} scores={current.scores} />}
      <Calibrations ab={ab} scores={current?.scores ?? []} />
      {ab.generations.length > 1 ? <Comparison generations={ab.generations} /> : null}
      <Logs ab={ab} path={path} liveLog={liveLog} />
      <Attempts ab={ab} />
      <Qc1 instrument={ab.instrument} generation={current} />
      <section>
        <h2>Inputs</h2>
        <p class="faint">of generation {ab.generation}, with the checksums of what the recipe read</p>
        <Inputs inputs={ab.inputs.map(({ file_name: fileName, ...input }) => ({ ...input, fileName }))} />
      </section>
      <section>
        <h2>The block</h2>
        <details>
          <summary>version {ab.version} as the observatory wrote it</summary>
          <pre tabIndex={0}>{ab.content}</pre>
        </details>
      </section>
    </>
  )
}
