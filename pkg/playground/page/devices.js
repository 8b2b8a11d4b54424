// The devices that the page can be, by the platform that wx tells and the User-Agent from which wxbind names them. A frame is a phone's, a tablet's or a window's.

export const devices = [
  { id: 'iphone', platform: 'ios', frame: 'island', agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) MicroMessenger/8.0.60' },
  { id: 'second', platform: 'ios', frame: 'island', agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) MicroMessenger/8.0.60' },
  { id: 'android', platform: 'android', frame: 'hole', agent: 'Mozilla/5.0 (Linux; Android 15; Xiaomi 15 Build/AQ3A.240912.001; wv) MicroMessenger/8.0.60' },
  { id: 'harmony', platform: 'ohos', frame: 'hole', agent: 'Mozilla/5.0 (Phone; OpenHarmony 5.0) MicroMessenger/8.0.60' },
  { id: 'ipad', platform: 'ios', frame: 'tablet', agent: 'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) MicroMessenger/8.0.60' },
  { id: 'pc', platform: 'windows', frame: 'window', agent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) MicroMessenger/7.0.20 WindowsWechat' },
]

export const deviceById = (id) => devices.find((d) => d.id === id) ?? devices[0]
