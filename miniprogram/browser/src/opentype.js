// What a button's open-type asks of WeChat.
import { dispatch } from './backend.js'
import { sheet } from './overlay.js'

/** An avatar for those who choose one: a plain head, drawn. */
const avatar = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="#a7d8bd"/><circle cx="48" cy="38" r="17" fill="#fff"/><path d="M14 96c0-21 15-34 34-34s34 13 34 34" fill="#fff"/></svg>')}`

export async function openType(phone, element, type) {
  if (type === 'agreePrivacyAuthorization') dispatch(element, 'agreeprivacyauthorization', {})
  else if (type === 'getPhoneNumber' || type === 'getRealtimePhoneNumber') {
    const answer = await phone.host.phoneCode(type).catch((e) => ({ errMsg: e?.errMsg || String(e?.message || e), errno: e?.errno }))
    const detail = answer.code ? { errMsg: `${type}:ok`, errno: 0, code: answer.code } : { ...answer, errMsg: /:fail/.test(answer.errMsg || '') ? answer.errMsg : `${type}:fail ${answer.errMsg || 'user deny'}` }
    if (phone.alive) dispatch(element, type.toLowerCase(), detail)
  } else if (type === 'chooseAvatar') {
    const english = phone.system.language === 'en'
    const index = await sheet(phone, [english ? 'Use WeChat avatar' : '用微信头像'])
    if (index === 0 && phone.alive) dispatch(element, 'chooseavatar', { avatarUrl: avatar })
  }
}
