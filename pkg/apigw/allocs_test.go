package apigw

import (
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// Reading a good launch costs nothing for what only odd requests need.
func TestReadingAGoodLaunchAllocatesLittle(t *testing.T) {
	h := New(Config{}, CheckBind)
	event := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RawQueryString: "code=081kMzFa1eX7Hh0R4oGa1Zb2Ct2kMzFm",
		Headers: map[string]string{"referer": "https://servicewechat.com/wx0123456789abcdef/12/page-frame.html", "user-agent": "MicroMessenger"},
	}
	event.RequestContext.HTTP.SourceIP = "192.0.2.1"
	r := &request{}
	got := testing.AllocsPerRun(100, func() {
		*r = request{event: event}
		if err := h.read(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	})
	if got > 6 {
		t.Errorf("%v allocations, want 6 at most", got)
	}
}
