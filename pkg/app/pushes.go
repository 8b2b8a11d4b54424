package app

import (
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/wechatdata"
)

// Pushes reads what WeChat pushes.
var Pushes = Part{needs.Pushes, addPushes}

func addPushes(f *function) error {
	f.config.Pushes = wechatdata.Pushes{}
	return nil
}
