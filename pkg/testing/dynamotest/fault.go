package dynamotest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault is what happens to a request instead of an ordinary answer.
type Fault func(x *Exchange)

// LoseAnswer lets the engine execute the request and then resets the connection: the client does not know that it was
// executed.
func LoseAnswer() Fault { return LoseAnswerAfter(func() {}) }

// LoseAnswerAfter is LoseAnswer with an event between what the engine does and the reset.
func LoseAnswerAfter(event func()) Fault {
	return func(x *Exchange) {
		_, _, _, _ = x.forward()
		event()
		x.reset()
	}
}

// Drop resets the connection before the engine sees the request.
func Drop() Fault { return (*Exchange).reset }

// Late resets the connection, and lets the engine execute the request once the channel is closed: the client has gone on
// by then. It calls executed afterwards.
func Late(until <-chan struct{}, executed func()) Fault {
	return func(x *Exchange) {
		x.request = x.request.WithContext(context.WithoutCancel(x.request.Context()))
		x.reset()
		<-until
		_, _, _, _ = x.forward()
		executed()
	}
}

// CutAnswer lets the engine execute the request, and resets the connection in the middle of its answer.
func CutAnswer() Fault {
	return func(x *Exchange) {
		status, header, body, err := x.forward()
		if err == nil {
			maps.Copy(x.w.Header(), header)
			x.w.Header().Set("Content-Length", strconv.Itoa(len(body)+1)) // even an empty body is then incomplete
			x.w.WriteHeader(status)
			_, _ = x.w.Write(body[:len(body)/2]) // the client may have disconnected
			_ = http.NewResponseController(x.w).Flush()
		}
		x.reset()
	}
}

// Conflict refuses a write because another transaction is in progress on its item, as AWS does and DynamoDB Local never
// does.
func Conflict() Fault {
	return func(x *Exchange) {
		if x.operation == "TransactWriteItems" {
			Cancel("TransactionConflict")(x)
			return
		}
		x.refuse(http.StatusBadRequest, "TransactionConflictException", "Transaction is ongoing for the item", nil)
	}
}

// Cancel cancels a transaction for these reasons, item by item. Items after the last reason get the reason "None".
func Cancel(reasons ...string) Fault {
	return func(x *Exchange) {
		var request struct{ TransactItems []json.RawMessage }
		if err := json.Unmarshal(x.body, &request); err != nil {
			panic(fmt.Sprintf("dynamotest: Cancel: %s is no transaction: %v", x.operation, err))
		}
		type reason struct {
			Code    string
			Message string `json:",omitempty"`
		}
		all := make([]reason, len(request.TransactItems))
		codes := make([]string, len(all))
		for i := range all {
			all[i] = reason{Code: "None"}
			if i < len(reasons) && reasons[i] != "None" {
				all[i] = reason{Code: reasons[i], Message: "injected"}
			}
			codes[i] = all[i].Code
		}
		x.refuse(http.StatusBadRequest, "TransactionCanceledException",
			"Transaction cancelled, please refer cancellation reasons for specific reasons ["+strings.Join(codes, ", ")+"]",
			map[string]any{"CancellationReasons": all})
	}
}

// InProgress refuses a transaction because the same one, by its token, is in progress.
func InProgress() Fault { return refusal(http.StatusBadRequest, "TransactionInProgressException") }

// Throttle refuses a request for lack of capacity.
func Throttle() Fault {
	return refusal(http.StatusBadRequest, "ProvisionedThroughputExceededException")
}

// Fail refuses a request because of an internal fault of DynamoDB.
func Fail() Fault { return refusal(http.StatusInternalServerError, "InternalServerError") }

// Echo refuses a request with a message that repeats all of it, as DynamoDB's messages do with keys.
func Echo() Fault {
	return func(x *Exchange) {
		x.refuse(http.StatusBadRequest, "ValidationException", string(x.body), nil)
	}
}

func refusal(status int, code string) Fault {
	return func(x *Exchange) { x.refuse(status, code, "injected", nil) }
}

// Delay delays a request.
func Delay(d time.Duration) Fault {
	return func(x *Exchange) {
		select {
		case <-x.request.Context().Done():
		case <-time.After(d):
			x.pass()
		}
	}
}

// Before calls event just before a request is forwarded.
func Before(event func()) Fault {
	return func(x *Exchange) {
		event()
		x.pass()
	}
}

// Unprocessed answers a BatchGetItem without its first n keys, in the order of the tables' names, and returns them as
// unprocessed.
func Unprocessed(n int) Fault {
	return func(x *Exchange) {
		type keys struct {
			Keys           []json.RawMessage
			ConsistentRead bool
		}
		var request struct{ RequestItems map[string]keys }
		if err := json.Unmarshal(x.body, &request); err != nil {
			panic(fmt.Sprintf("dynamotest: Unprocessed: %s is no batch: %v", x.operation, err))
		}
		left, n := map[string]keys{}, n
		for _, table := range slices.Sorted(maps.Keys(request.RequestItems)) {
			all := request.RequestItems[table]
			if cut := min(n, len(all.Keys)); cut > 0 {
				left[table] = keys{all.Keys[:cut], all.ConsistentRead}
				all.Keys = all.Keys[cut:]
				n -= cut
			}
			if request.RequestItems[table] = all; len(all.Keys) == 0 {
				delete(request.RequestItems, table)
			}
		}
		answer := map[string]json.RawMessage{"Responses": json.RawMessage("{}")}
		if len(request.RequestItems) > 0 && !x.ask(request, &answer) {
			return
		}
		answer["UnprocessedKeys"] = encode(left)
		x.answer(http.StatusOK, jsonHeader(), encode(answer))
	}
}

// refuse answers as DynamoDB does when it refuses.
func (x *Exchange) refuse(status int, code, message string, more map[string]any) {
	body := map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + code, "message": message}
	maps.Copy(body, more)
	x.answer(status, jsonHeader(), encode(body))
}

func jsonHeader() http.Header {
	return http.Header{"Content-Type": {"application/x-amz-json-1.0"}, "X-Amzn-Requestid": {"INJECTED"}}
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // cannot happen with maps and strings
	}
	return b
}

// ask asks the engine something else than was asked, and reads its answer. If it refuses, the client gets that, and ask
// reports false.
func (x *Exchange) ask(request, answer any) bool {
	x.body = encode(request)
	status, header, body, err := x.forward()
	if err != nil || status != http.StatusOK {
		x.answer(status, header, body)
		return false
	}
	if err := json.Unmarshal(body, answer); err != nil {
		panic(err) // the engine answers in JSON
	}
	return true
}
