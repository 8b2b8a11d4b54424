package app

import (
	"errors"

	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/wechatdata"
)

// Data opens what WeChat encrypts.
var Data = Part{needs.Data, addData}

func addData(f *function) error {
	f.config.Data, f.config.CheckSession = wechatdata.Opener{}, f.settings.CheckSession
	return nil
}

// EnvCheckSession is the setting that says whether WeChat is asked about a session_key before data is opened with it: "true", or
// "false", which is the default.
const EnvCheckSession = "WXBIND_CHECK_SESSION"

// CheckSession reads EnvCheckSession for login.Config. The error names the setting.
func CheckSession(getenv func(string) string) (bool, error) {
	switch getenv(EnvCheckSession) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, errors.New(EnvCheckSession + " (must be true or false)")
}
