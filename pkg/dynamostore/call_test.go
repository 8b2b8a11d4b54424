package dynamostore

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

// A call whose context has no deadline must still be bounded.
func TestCallGivesUpByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, last := time.Now(), time.Now()
		sent := 0
		send := func(context.Context, *struct{}, ...func(*dynamodb.Options)) (*struct{}, error) {
			if pause := time.Since(last); pause > maxBackoff || sent > 0 && pause < firstBackoff/2 {
				t.Errorf("request %d came %v after the one before", sent, pause)
			}
			last = time.Now()
			if sent++; time.Since(begun) > time.Hour {
				return nil, nil // enough seen
			}
			return nil, &types.TransactionConflictException{}
		}
		_, err := call(context.Background(), "Test", send, &struct{}{})
		if !errors.Is(err, login.StoreUnavailable) {
			t.Fatalf("error %v", err)
		}
		if took := time.Since(begun); took > patience || took < patience-maxBackoff {
			t.Fatalf("it took %v", took)
		}
	})
}

func TestRetryerWaitsAShortTime(t *testing.T) {
	r := Retryer()
	if got := r.MaxAttempts(); got != 3 {
		t.Fatalf("%d attempts", got)
	}
	for attempt := 1; attempt < 100; attempt++ {
		wait, err := r.RetryDelay(attempt, errors.New("any"))
		if err != nil || wait < 12*time.Millisecond || wait > 200*time.Millisecond {
			t.Fatalf("it waits %v, %v before repeat %d", wait, err, attempt)
		}
	}
}

// answering is an HTTP client for which nobody needs a network.
type answering func() (*http.Response, error)

func (a answering) Do(*http.Request) (*http.Response, error) { return a() }

// slow is the fault of an attempt that took too long.
type slow struct{}

func (slow) Error() string { return "too slow" }
func (slow) Timeout() bool { return true }

// docs/reliability.md tells what the quota means in an outage.
func TestRetriesHaveAQuota(t *testing.T) {
	answer := func(status int, body string) answering {
		return func() (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
		}
	}
	for name, row := range map[string]struct {
		fault          answering
		retries        int // in an outage that begins with a full quota
		paid, attempts int // good calls after it, and how often a call is then sent that fails
	}{
		"DynamoDB fails":               {answer(500, "{}"), 100, 4, 1},
		"five good calls pay a retry":  {answer(500, "{}"), 100, 5, 2},
		"attempts take too long":       {func() (*http.Response, error) { return nil, slow{} }, 50, 9, 1},
		"a retry after a timeout is 2": {func() (*http.Response, error) { return nil, slow{} }, 50, 10, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent, now := 0, row.fault
				client := dynamodb.New(dynamodb.Options{
					Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, Retryer: Retryer(),
					HTTPClient: answering(func() (*http.Response, error) { sent++; return now() }),
				})
				ask := func() error {
					_, err := call(t.Context(), "ListTables", client.ListTables, &dynamodb.ListTablesInput{})
					return err
				}
				const calls = 60
				var err error
				for range calls {
					if err = ask(); !errors.Is(err, login.StoreUnavailable) {
						t.Fatal(err)
					}
				}
				if said := strings.Contains(err.Error(), "ratelimit.QuotaExceededError"); said != (row.retries == 50) {
					t.Errorf("the cause of the last one: %v", err)
				}
				if got := sent - calls; got != row.retries {
					t.Errorf("%d retries, want %d", got, row.retries)
				}
				now = answer(200, "{}")
				for range row.paid {
					if err := ask(); err != nil {
						t.Fatal(err)
					}
				}
				sent, now = 0, row.fault
				if err := ask(); err == nil || sent != row.attempts {
					t.Errorf("sent %d times, want %d: %v", sent, row.attempts, err)
				}
			})
		})
	}
}
