// What a team changes first.
module.exports = {
  // The name that the pages show, in Chinese and in English.
  name: ['示例小程序', 'Example'],

  // wxbind's address. It must be https and registered in the mini-program's console, except on this computer:
  // http://127.0.0.1:3000 is `make run`, which the devtools reach, but a phone does not.
  baseURL: 'http://127.0.0.1:3000',

  // Only needed if the service has several mini-programs and cannot tell them apart by WeChat's Referer.
  appId: '',

  // Whose users the mini-program is for, if it is not for everybody, in Chinese and in English, such as
  // ['某某公司', 'Example Ltd']. WeChat's review asks a mini-program for a closed circle to say so. null: for everybody.
  closedCircle: null,

  // The pages behind the links of the agreement. Replace their text.
  terms: '/pages/terms/terms',
  privacy: '/pages/privacy/privacy',
}
