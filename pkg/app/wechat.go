package app

import (
	"github.com/wxbind/wxbind/pkg/needs"
	"github.com/wxbind/wxbind/pkg/wechat"
)

// WeChat is WeChat's API.
var WeChat = Part{needs.WeChat, addWeChat}

func addWeChat(f *function) error {
	client, err := wechat.New(wechat.Config{Base: f.settings.WeChatBase})
	if err != nil {
		return err
	}
	f.config.WeChat, f.config.UnknownAppIsDefault = client, f.settings.UnknownAppIsDefault
	f.steps = append(f.steps, step{"wechat", client.Warm})
	return nil
}
