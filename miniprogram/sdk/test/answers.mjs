// Answers of the service, in the form of openapi.yaml.
export const user = { id: 'u1', username: 'demo', name: 'Demo', roles: ['clerk'] }
export const menus = [{ id: 'orders', name: '订单', path: '/pages/orders/index', icon: 'orders', children: [] }]
export const token = n => `wxb_dTE.${'x'.repeat(42)}${n}`

export const bound = (n, more = {}) => ({
  statusCode: 200,
  data: { code: 1, msg: '已经登录', token: token(n), expiresAt: Date.UTC(2026, 0, 8) / 1000, userInfo: user, menuList: menus, ...more },
})
export const unbound = (ways = ['password', 'phone']) => ({ statusCode: 200, data: { code: 301, msg: '未登录', openId: 'o1', ways } })
export const info = (more = {}) => ({
  statusCode: 200,
  data: { code: 1, msg: '获取成功', expiresAt: Date.UTC(2026, 0, 8) / 1000, userInfo: user, menuList: menus, ...more },
})
export const done = (more = {}) => ({ statusCode: 200, data: { code: 1, msg: '完成', ...more } })

export const failure = (error, action, { statusCode = 200, ...more } = {}) => ({
  statusCode,
  data: { code: 0, msg: `${error} 的说明`, error, action, requestId: 'r1', ...more },
})
export const dead = error => failure(error, error === 'user_disabled' ? 'none' : 'relogin', { statusCode: 401 })

/** routes makes a server of answers by path; a list of answers is given one after the other, the last one again and again. */
export function routes(table) {
  const left = Object.fromEntries(Object.entries(table).map(([path, answers]) => [path, [answers].flat()]))
  return ({ path, method }) => {
    const answers = left[path.replace('/mobileApi/user/', '')]
    if (!answers) throw new Error(`no answer for ${method} ${path}`)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    return typeof answer === 'function' ? answer() : answer
  }
}
