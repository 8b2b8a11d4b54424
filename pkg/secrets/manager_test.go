package secrets_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/secrets"
	"github.com/wxbind/wxbind/pkg/testing/secretstest"
)

const id = "wxbind/test"

// newSecret is shortSecret with another AppSecret.
var newSecret = strings.Replace(shortSecret, appSecret, "S3CRETnew", 1)

// manager makes a Manager in a bubble. Its double holds shortSecret. The errors passed to OnError go into the result's
// list.
func manager(t *testing.T) (*secrets.Manager, *secretstest.Server, *[]error) {
	double, transport := bubble(t)
	double.Put(id, shortSecret)
	told := &[]error{}
	var mu sync.Mutex
	return secrets.New(secrets.Config{Source: client("http://double", transport), SecretID: id, OnError: func(_ context.Context, err error) {
		mu.Lock()
		defer mu.Unlock()
		*told = append(*told, err)
	}}), double, told
}

type get = func(context.Context) (*login.Secret, error)

// wantApp fails the test unless call returns the secret with this AppSecret.
func wantApp(t *testing.T, call get, want login.Hidden) {
	t.Helper()
	s, err := call(t.Context())
	if err != nil {
		t.Errorf("no secret: %v", err)
	} else if got := s.Apps[appID].Secret; got != want {
		t.Errorf("AppSecret = %q; want %q", string(got), string(want))
	}
}

func wantCalls(t *testing.T, double *secretstest.Server, want int) {
	t.Helper()
	if got := double.Calls(); got != want {
		t.Errorf("%d calls of GetSecretValue; want %d", got, want)
	}
}

// wantUnavailable checks err against the contract of login.Secrets, including what it must and must not say.
func wantUnavailable(t *testing.T, err error, says string) {
	t.Helper()
	failure, ok := errors.AsType[*login.Error](err)
	if !ok || failure.Code != login.SecretUnavailable || failure.RetryAfter <= 0 {
		t.Errorf("err = %v; want login.SecretUnavailable with a RetryAfter", err)
		return
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("err = %v; want one that says %q", err, says)
	}
	if strings.Contains(err.Error(), "S3CRET") {
		t.Errorf("the error shows a value: %v", err)
	}
}

// atOnce makes n calls concurrently and waits for all.
func atOnce(t *testing.T, n int, call get, want login.Hidden) {
	t.Helper()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if s, err := call(t.Context()); err != nil || s.Apps[appID].Secret != want {
				t.Errorf("secret = %v, %v; want that with the AppSecret %q", s, err, string(want))
			}
		})
	}
	all.Wait()
}

func TestFirstCallsShareOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, _ := manager(t)
		double.Delay(100 * time.Millisecond)
		atOnce(t, 100, m.Secret, appSecret)
		wantCalls(t, double, 1)
	})
}

func TestSecretIsServedForTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, _ := manager(t)
		wantApp(t, m.Secret, appSecret)
		double.Put(id, newSecret)
		time.Sleep(10*time.Minute - time.Millisecond)
		wantApp(t, m.Secret, appSecret)
		wantCalls(t, double, 1)
		time.Sleep(time.Millisecond)
		wantApp(t, m.Secret, "S3CRETnew")
		wantCalls(t, double, 2)
	})
}

func TestClockSetBackFetchesAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		double, transport := bubble(t)
		double.Put(id, shortSecret)
		var back time.Duration
		m := secrets.New(secrets.Config{Source: client("http://double", transport), SecretID: id, Now: func() time.Time { return time.Now().Add(-back) }})
		wantApp(t, m.Secret, appSecret)
		back = time.Hour
		wantApp(t, m.Secret, appSecret)
		wantApp(t, m.Secret, appSecret)
		wantCalls(t, double, 2)
	})
}

func TestRefetchesShareOneFetchInTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, _ := manager(t)
		wantApp(t, m.Secret, appSecret)
		double.Put(id, newSecret)
		double.Delay(100 * time.Millisecond)
		atOnce(t, 100, m.Refetch, "S3CRETnew")
		atOnce(t, 100, m.Refetch, "S3CRETnew")
		wantCalls(t, double, 2)

		double.Put(id, shortSecret)
		time.Sleep(2*time.Second - time.Millisecond)
		wantApp(t, m.Refetch, "S3CRETnew")
		wantApp(t, m.Secret, "S3CRETnew")
		wantCalls(t, double, 2)
		time.Sleep(time.Millisecond)
		wantApp(t, m.Refetch, appSecret)
		wantApp(t, m.Secret, appSecret)
		wantCalls(t, double, 3)
	})
}

// The secret is fetched just before the operator stores the new one. A request that is refused with the old one a
// moment later, and comes back when told, gets the new one.
func TestWhoFoundItOutOfDateTooSoonIsServedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, _ := manager(t)
		wantApp(t, m.Secret, appSecret)
		wantApp(t, m.Refetch, appSecret)
		double.Put(id, newSecret)
		wantApp(t, m.Refetch, appSecret)
		wantCalls(t, double, 2)
		time.Sleep(2 * time.Second)
		wantApp(t, m.Secret, "S3CRETnew")
		wantApp(t, m.Refetch, "S3CRETnew")
		wantCalls(t, double, 3)

		time.Sleep(5 * time.Minute) // the last Refetch came too soon once more
		wantApp(t, m.Secret, "S3CRETnew")
		wantCalls(t, double, 4)
		time.Sleep(5 * time.Minute)
		wantApp(t, m.Secret, "S3CRETnew")
		wantCalls(t, double, 4)
	})
}

// Requests that are served in between do not notice the doubt, and do not settle it.
func TestDoubtOutlivesWhoIsServedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, _ := manager(t)
		wantApp(t, m.Secret, appSecret)
		wantApp(t, m.Refetch, appSecret)
		double.Put(id, newSecret)
		wantApp(t, m.Refetch, appSecret)
		atOnce(t, 10, m.Secret, appSecret)
		wantCalls(t, double, 2)
		time.Sleep(2 * time.Second)
		wantApp(t, m.Secret, "S3CRETnew")
		wantCalls(t, double, 3)
	})
}

func TestWhileItIsRefreshedTheOlderSecretIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, double, _ := manager(t)
		wantApp(t, m.Secret, appSecret)
		double.Put(id, newSecret)
		double.Delay(time.Second)
		time.Sleep(10 * time.Minute)

		var first sync.WaitGroup
		first.Go(func() { wantApp(t, m.Secret, "S3CRETnew") })
		synctest.Wait()
		begun := time.Now()
		wantApp(t, m.Secret, appSecret)
		if waited := time.Since(begun); waited != 0 {
			t.Errorf("the second caller waited for %v", waited)
		}
		first.Wait()
		wantCalls(t, double, 2)
	})
}
