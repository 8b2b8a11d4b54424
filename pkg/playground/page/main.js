import { devices } from './devices.js'
import { byId } from './dom.js'
import { Guide } from './guide.js'
import { choice } from './keep.js'
import { Log } from './log.js'
import { Faults, Pickers } from './pickers.js'
import { follow } from './sse.js'
import { Stage } from './stage.js'
import { StoreView } from './store.js'
import { tabs } from './tabs.js'
import { showTells } from './tells.js'
import { t, translate } from './words.js'

translate(document)
const about = await (await fetch('/playground/about')).json()

const guide = new Guide(about.demoUser)
const log = new Log({ onOpen: () => guide.opened() })
const store = new StoreView(about.apps)
const faults = new Faults()

const last = choice('who', {})
const pickers = new Pickers(about.apps, (who) => stage.show(who))
const stage = new Stage(
  { fault: (name) => faults.on(name), log, appName: (id) => about.apps.find((a) => a.appId === id)?.name || id },
  choice('dark', null),
  (who) => {
    last.set(who)
    pickers.show(who)
  },
)
stage.show(startingWith(last.get()))
showTells(() => stage.active.who)

tabs(byId('views'), matchMedia('(max-width: 699px)'))

let lost = false
follow('/playground/events', {
  onStep(step) {
    guide.observe(step)
    log.add(step, { backlog: step.at < Date.now() - 5000 })
  },
  onStore: () => store.changed(),
  onState(connected) {
    if (connected) store.changed()
    if (connected !== lost) return
    lost = !connected
    byId('lost').textContent = lost ? t('lost') : t('lost.back')
    byId('lost').classList.toggle('shown', true)
    byId('lost').classList.toggle('good', !lost)
    byId('live').classList.toggle('lost', lost)
    if (!lost) setTimeout(() => lost || byId('lost').classList.remove('shown'), 2000)
  },
})

// startingWith is what was shown the last time, as far as it still exists.
function startingWith({ person = 'alice', device, app }) {
  return {
    person: pickers.knows(person) ? person : 'alice',
    device: devices.some((d) => d.id === device) ? device : devices[0].id,
    app: about.apps.some((a) => a.appId === app) ? app : about.apps[0]?.appId,
  }
}
