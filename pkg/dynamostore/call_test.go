package dynamostore

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

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
