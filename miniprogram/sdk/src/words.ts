/** Words are what the SDK itself has to say to the person. What the service says is passed on. */
export interface Words {
  $network: string
  $first: string
  $phone: string
}

export const zh: Words = {
  $network: '网络异常，请稍后重试',
  $first: '请先在微信中登录',
  $phone: '未获取到手机号',
}

export const en: Words = {
  $network: 'Network error. Please retry.',
  $first: 'Please log in with WeChat.',
  $phone: 'No phone number.',
}

/** ClientErrorName names what went wrong where no answer of the service says it. The README says what each means. */
export type ClientErrorName =
  | 'offline'
  | 'interrupted'
  | 'timeout'
  | 'foreign_answer'
  | 'login_failed'
  | 'unavailable'
  | 'unbound'
  | 'phone_refused'
