import { attempt } from './adapter'
import { joined, type Client } from './client'
import { after } from './time'

declare function getCurrentPages(): { route: string }[]

/** goLogin opens the login page, once however many ask. The page that asked stays below it, and is what backFromLogin returns to. */
export const goLogin = (client: Client): Promise<unknown> => {
  const { $adapter, $loginPage: loginPage = '/pages/login/login' } = client
  const shown = attempt(() => '/' + getCurrentPages().slice(-1)[0]!.route)
  return after(
    () =>
      shown === loginPage ||
      // Ten pages may be open; then the login page takes the place of the last.
      joined(client, 'page', () => $adapter.open('navigateTo', loginPage).catch(() => $adapter.open('redirectTo', loginPage))),
  )
}

/** backFromLogin leaves the login page. Nothing is below it if it was opened first, as by a shared link. */
export const backFromLogin = ({ $adapter }: Client, home = '/pages/index/index'): Promise<unknown> =>
  $adapter.open('navigateBack').catch(() => $adapter.open('reLaunch', home))
