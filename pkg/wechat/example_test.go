package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/wechat"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

func Example() {
	server := httptest.NewServer(wechattest.New(wechattest.Config{
		Apps: map[string]string{"wx0123456789abcdef": "its AppSecret"},
	}))
	defer server.Close()
	client, err := wechat.New(wechat.Config{Base: server.URL})
	if err != nil {
		panic(err)
	}

	ctx, app := context.Background(), login.App{ID: "wx0123456789abcdef", Secret: "its AppSecret"}
	session, err := client.Code2Session(ctx, app, "alice-1")
	fmt.Println(session.OpenID, session.SessionKey, err)

	_, err = client.Code2Session(ctx, app, "alice-1")
	failure := login.AsError(err)
	fmt.Println(failure.Code, failure.Code.Action())
	if cause, ok := errors.AsType[*wechat.Error](err); ok {
		fmt.Println(cause.Fault, cause.Errcode)
	}
	// Output:
	// oS14NfSydoAfXYlukZv_xPPF39pO [hidden] <nil>
	// wx_code_used relogin
	// refused 40163
}
