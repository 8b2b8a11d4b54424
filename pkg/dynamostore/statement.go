package dynamostore

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/wxbind/wxbind/pkg/login"
)

// statements are the texts of PartiQL statements. Every value in them is a parameter.
type statements struct {
	insertSession, insertRecord  string
	touchBinding, touchWithUnion string
	endSession, forgetSession    string
}

func statementsFor(t Tables) statements {
	const touch = " SET lastLoginAt=? SET sealedKey=? SET marks=?"
	const touched = " WHERE pk=? AND bindingId=? AND lastLoginAt<=? AND marks=?"
	const session = " WHERE userId=? AND tokenHash=?"
	return statements{
		insertSession:  insertion(t.Sessions, sessionItem(login.Session{})),
		insertRecord:   insertion(t.Ephemeral, recordItem("", login.Record{})),
		touchBinding:   "UPDATE " + quoted(t.Bindings) + touch + touched,
		touchWithUnion: "UPDATE " + quoted(t.Bindings) + touch + " SET unionId=?" + touched,
		endSession:     "UPDATE " + quoted(t.Sessions) + " SET endedReason=?" + session + " AND endedReason=?",
		forgetSession:  "DELETE FROM " + quoted(t.Sessions) + session,
	}
}

// quoted is a table's name in a statement.
func quoted(table string) string { return `"` + strings.ReplaceAll(table, `"`, `""`) + `"` }

// insertion is the statement that stores an item with these attributes, unless there is one with its key.
func insertion(table string, like item) string {
	return "INSERT INTO " + quoted(table) + " VALUE {'" + strings.Join(slices.Sorted(maps.Keys(like)), "':?,'") + "':?}"
}

// inserting is an insertion of an item.
func inserting(insertion string, it item) types.BatchStatementRequest {
	request := types.BatchStatementRequest{Statement: &insertion}
	for _, name := range slices.Sorted(maps.Keys(it)) {
		request.Parameters = append(request.Parameters, it[name])
	}
	return request
}

func statement(text string, parameters ...types.AttributeValue) types.BatchStatementRequest {
	return types.BatchStatementRequest{Statement: &text, Parameters: parameters}
}

// execute sends statements in one request, once: whoever calls it has a better way to repeat those that may not have
// been executed. For each statement it returns how that failed: "" if it did not, and unanswered if nobody knows.
//
// The error is for the operator: the request, or a statement, failed in a way that will not pass.
func (s *Store) execute(ctx context.Context, name string, all []types.BatchStatementRequest) ([]types.BatchStatementErrorCodeEnum, error) {
	limit := s.batchPatience
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)/2)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	codes := slices.Repeat([]types.BatchStatementErrorCodeEnum{unanswered}, len(all))
	out, err := s.client.BatchExecuteStatement(ctx, &dynamodb.BatchExecuteStatementInput{Statements: all}, once)
	if err != nil {
		if passes(err) {
			err = nil
		} else {
			err = failure(name, err)
		}
		return codes, err
	}
	for i, answer := range out.Responses[:min(len(out.Responses), len(codes))] {
		if codes[i] = ""; answer.Error == nil {
			continue
		}
		if codes[i] = answer.Error.Code; !slices.Contains(statementErrors, codes[i]) && err == nil {
			err = login.Unavailable(&requestError{text: "dynamostore: " + name + ": a statement: " + string(codes[i])})
		}
	}
	return codes, err
}

// unanswered is the code of a statement that may have been executed.
const unanswered types.BatchStatementErrorCodeEnum = "unanswered"

// statementErrors are the codes of a statement that found its condition broken, or that may succeed on a retry.
var statementErrors = []types.BatchStatementErrorCodeEnum{
	types.BatchStatementErrorCodeEnumConditionalCheckFailed,
	types.BatchStatementErrorCodeEnumDuplicateItem,
	types.BatchStatementErrorCodeEnumTransactionConflict,
	types.BatchStatementErrorCodeEnumProvisionedThroughputExceeded,
	types.BatchStatementErrorCodeEnumRequestLimitExceeded,
	types.BatchStatementErrorCodeEnumThrottlingError,
	types.BatchStatementErrorCodeEnumInternalServerError,
}

// passes reports whether a request that failed may succeed on a retry: it had no answer, or one that the SDK retries.
func passes(err error) bool {
	_, answered := errors.AsType[smithy.APIError](err)
	return !answered || Retryer().IsErrorRetryable(err)
}

func once(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }
