package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/wxbind/wxbind/pkg/wechattest"
)

const testPrefetchKey = "MARKp_-0123456789abcdefgh"

// longestFetch is the most that WeChat keeps of an answer, in bytes:
// https://developers.weixin.qq.com/miniprogram/dev/framework/ability/pre-fetch.html
const longestFetch = 256 << 10

// prefetch does what WeChat's servers do at a cold start. The result is what wx.getBackgroundFetchData gives to the mini-program:
// the body as a text, in which the mini-program reads JSON. They send no Referer, and nothing of the person's phone.
func (s *server) prefetch(key, appID, proof string) (status int, fetched map[string]any) {
	s.Helper()
	host := strings.TrimPrefix(s.url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		s.Error(err)
		return 0, nil
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /mobileApi/user/checkBind?prefetchKey=%s&appid=%s&%s&timestamp=1773303360000&path=pages%%2Findex%%2Findex"+
		"&query=code%%3D7%%26appid%%3Dwx0&scene=1001&customMiniprogramVersion=1.2.0 HTTP/1.1\r\nHost: %s\r\nAccept: */*\r\nConnection: close\r\n\r\n",
		key, appID, proof, host)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		s.Error(err)
		return 0, nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || len(body) > longestFetch || json.Unmarshal(body, &fetched) != nil {
		s.Errorf("%d bytes, %v: %s", len(body), err, body)
	}
	return response.StatusCode, fetched
}

// devices are those of a person's live sessions, as the person sees them.
func (s *server) devices(token string) map[string]int {
	s.Helper()
	_, a := s.call("GET", "/mobileApi/user/sessions", token, "")
	counts := map[string]int{}
	sessions, _ := a["sessions"].([]any)
	for _, one := range sessions {
		session, _ := one.(map[string]any)
		counts[fmt.Sprint(session["device"])]++
	}
	return counts
}

func startPrefetchServer(t *testing.T) *server {
	t.Helper()
	path := secretFile(t, `{"defaultApp":"`+standInAppID+`","apps":{"`+standInAppID+`":{"appSecret":"MARKone"},"`+
		secondStandInAppID+`":{"appSecret":"MARKtwo","prefetchKey":"`+testPrefetchKey+`","register":["launch"]}},"indexKey":"`+testIndexKey+`"}`)
	return startServerWith(t, []string{"--data", t.TempDir(), "--secret-file", path})
}

// A person's launches, from the first to those after it. Each is logged in before the mini-program has loaded.
func TestServePrefetches(t *testing.T) {
	s := startPrefetchServer(t)
	status, tablet := s.callWith("GET", "/mobileApi/user/checkBind?code=alice-1&appId="+secondStandInAppID, http.Header{"User-Agent": {"(iPad; CPU OS 17_4 like Mac OS X)"}}, "")
	if status != 200 || tablet["created"] != true {
		t.Fatalf("the tablet: %d %v", status, tablet)
	}
	onTablet, _ := tablet["token"].(string)
	var former string
	for n := range 3 {
		status, fetched := s.prefetch(testPrefetchKey, secondStandInAppID, fmt.Sprintf("code=alice-%d", 10+n))
		token, _ := fetched["token"].(string)
		if status != 200 || fetched["code"] != 1.0 || fetched["expiresAt"] == nil || fetched["userInfo"] == nil || fetched["menuList"] == nil || fetched["created"] != nil {
			t.Fatalf("launch %d: %d %v", n, status, fetched)
		}
		for name, device := range map[string]string{"the pre-fetched one": token, "the tablet": onTablet} {
			if status, why := s.info(device); status != 200 {
				t.Errorf("after launch %d, %s: %d %s", n, name, status, why)
			}
		}
		if status, why := s.info(former); former != "" && (status != 401 || why != "session_replaced") {
			t.Errorf("the session of launch %d: %d %s", n-1, status, why)
		}
		former = token
	}
	if got := s.devices(former); fmt.Sprint(got) != fmt.Sprint(map[string]int{"WeChat pre-fetch": 1, "iPad": 1}) {
		t.Errorf("the person sees %v", got)
	}

	// The same address works for a mini-program without the key, as for anybody.
	if status, fetched := s.prefetch(testPrefetchKey, standInAppID, "code=alice-20"); status != 200 || fetched["code"] != 301.0 ||
		fetched["openId"] != wechattest.OpenID(standInAppID, "alice") || fmt.Sprint(fetched["ways"]) != "[password phone]" {
		t.Errorf("not bound: %d %v", status, fetched)
	}
	// wx.setBackgroundFetchToken has been called: then WeChat sends no code.
	if status, fetched := s.prefetch(testPrefetchKey, secondStandInAppID, "token=abc"); status != 400 || fetched["error"] != "code_missing" {
		t.Errorf("with a token: %d %v", status, fetched)
	}
	s.interrupt()
	if log := s.log.String(); strings.Contains(s.greeting+log, "MARK") || strings.Count(log, `"prefetched":true`) != 3 ||
		strings.Count(log, `"device":"WeChat pre-fetch"`) != 3 {
		t.Errorf("the log: %s", log)
	}
}

// WeChat's servers ask for everybody from the same address. Those who launch are not limited by each other, nor by codes that WeChat
// refuses. Somebody else at the address is.
func TestPrefetchesOfManyPeople(t *testing.T) {
	s := startPrefetchServer(t)
	launch := func(key, code string, n int) (outcomes map[string]int) {
		var mu sync.Mutex
		outcomes = map[string]int{}
		next := make(chan int)
		var workers sync.WaitGroup
		for range 16 {
			workers.Go(func() {
				for n := range next {
					_, fetched := s.prefetch(key, secondStandInAppID, "code="+fmt.Sprintf(code, n))
					outcome := fmt.Sprint(fetched["error"])
					if fetched["created"] == true {
						outcome = "created"
					}
					mu.Lock()
					outcomes[outcome]++
					mu.Unlock()
				}
			})
		}
		for i := range n {
			next <- i
		}
		close(next)
		workers.Wait()
		return outcomes
	}
	for _, row := range []struct {
		key, code string
		n         int
		outcome   string
		// all says that there is no other outcome.
		all bool
	}{
		{testPrefetchKey, "person%d-1", 1000, "created", true},
		{testPrefetchKey, "err40029-%d", 200, "wx_code_invalid", true},
		{"another", "stranger%d-1", 300, "too_many_registrations", false},
		{"another", "err40029-%d", 200, "too_many_codes", false},
	} {
		got := launch(row.key, row.code, row.n)
		if got[row.outcome] == 0 || row.all && got[row.outcome] != row.n {
			t.Errorf("%d launches with codes like %s and the key %s: %v", row.n, row.code, row.key, got)
		}
	}
	s.interrupt()
}
