package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// 150 WeChats guess at one account from one address at once. Each guess is answered, or turned away because there is no
// time for its hash: nothing else fails before that, neither SQLite nor the counters that all of them write.
func TestServeManyBindsAtOnce(t *testing.T) {
	s := startServer(t, t.TempDir())
	var mu sync.Mutex
	outcomes := map[string]int{}
	var binds sync.WaitGroup
	for n := range 150 {
		binds.Go(func() {
			status, answer := s.call(http.MethodPost, "/mobileApi/user/bind", "",
				fmt.Sprintf(`{"code":"guesser%d-1","username":"demo","password":"wrong"}`, n))
			mu.Lock()
			defer mu.Unlock()
			outcomes[fmt.Sprint(status, " ", answer["error"])]++
		})
	}
	binds.Wait()
	if checked, late := outcomes["200 invalid_credentials"], outcomes["503 overloaded"]; checked == 0 || checked+late != 150 {
		t.Errorf("the answers are %v", outcomes)
	}
}
