import { useEffect } from 'preact/hooks'
import { followLinks, useAddress } from './router.ts'
import { SessionContext, useOwnSession } from './session.ts'
import { AbView } from './views/ab/ab.tsx'
import { ArchiveView } from './views/archive.tsx'
import { CampaignView } from './views/campaign.tsx'
import { CampaignsView } from './views/campaigns.tsx'
import { DateView } from './views/date/date.tsx'
import { IdpView } from './views/idp.tsx'
import { OverviewView } from './views/overview/overview.tsx'
import { Qc1View } from './views/qc1.tsx'

const PLACES = [
  { href: '/', name: 'Overview' },
  { href: '/campaigns', name: 'Campaigns' },
  { href: '/qc1', name: 'QC1 trends' },
  { href: '/archive', name: 'Archive' },
] as const

/** Frame of every view: where one can go, and who one is. */
export function App() {
  const address = useAddress()
  const { session, isKnown, trouble, signOut } = useOwnSession()
  useEffect(() => {
    document.addEventListener('click', followLinks)
    return () => document.removeEventListener('click', followLinks)
  }, [])
  return (
    <SessionContext.Provider value={session}>
      <a class="skip" href="#main">
        to the content
      </a>
      <header>
        <nav aria-label="views">
          <a class="brand" href="/">
            phoenix
          </a>
          {PLACES.map(({ href, name }) => (
            <a href={href} aria-current={address.pathname === href ? 'page' : undefined}>
              {name}
            </a>
          ))}
          {session.temporalUi === null ? null : (
            <a href={session.temporalUi.url} target="_blank" rel="noreferrer">
              Temporal ↗
            </a>
          )}
        </nav>
        <div class="who">
          {session.operator === null ? (
            <span title="phoenix monitor --link prints a link that signs in">read only</span>
          ) : (
            <>
              {session.operator}{' '}
              <button class="plain" onClick={signOut}>
                sign out
              </button>
            </>
          )}
          <span class="faint"> · times UT</span>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {trouble === null ? null : <p class="trouble">{trouble}</p>}
        {isKnown ? <View address={address} isClosed={session.isClosed && session.operator === null} /> : null}
      </main>
    </SessionContext.Provider>
  )
}

function View({ address, isClosed }: { address: URL; isClosed: boolean }) {
  const [place = '', first, second] = address.pathname.split('/').slice(1).map(decodeURIComponent)
  const title = ['phoenix', place === '' ? 'overview' : place, first, second].filter(Boolean).join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
  if (isClosed)
    return <p>This monitor shows its data to operators only: `phoenix monitor --link` prints a link that signs in.</p>
  if (place === '') return <OverviewView />
  if (place === 'dates' && first !== undefined && second !== undefined) {
    return <DateView key={address.pathname} instrument={first} date={second} />
  }
  if (place === 'abs' && first !== undefined && second !== undefined) {
    return <AbView key={address.pathname} instrument={first} name={second} />
  }
  if (place === 'idps' && first !== undefined) return <IdpView key={address.pathname} name={first} />
  if (place === 'campaigns') {
    return first === undefined ? <CampaignsView /> : <CampaignView key={address.pathname} orderId={first} />
  }
  if (place === 'qc1') return <Qc1View address={address} />
  if (place === 'archive') return <ArchiveView address={address} />
  return <p class="trouble">There is no view at this address.</p>
}
