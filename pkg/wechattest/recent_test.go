package wechattest

import (
	"fmt"
	"testing"
)

func TestRecentForgetsTheOldest(t *testing.T) {
	r := newRecent[int](3)
	for i := 1; i <= 5; i++ {
		r.set(fmt.Sprint(i), i)
		r.set(fmt.Sprint(i), i) // again: it is remembered once
		if len(r.values) > 3 || len(r.keys) > 3 {
			t.Fatalf("%d values and %d keys are kept", len(r.values), len(r.keys))
		}
	}
	for key, want := range map[string]int{"1": 0, "2": 0, "3": 3, "4": 4, "5": 5} {
		if got := r.get(key); got != want {
			t.Errorf("%s is %d, want %d", key, got, want)
		}
	}
}
