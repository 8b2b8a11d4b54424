// The devtools with the test appid give no phone code, so the button would only disappoint.
module.exports = () => wx.getAccountInfoSync().miniProgram.appId !== 'touristappid'
