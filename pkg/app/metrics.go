package app

import (
	"io"
	"strings"

	"github.com/wxbind/wxbind/pkg/metrics"
)

// metricsOn makes a function's metrics, which stand in its log; outside Lambda there
// are none. Their stack is named by the log group that template.yaml gives a function,
// /aws/lambda/<stack>/<function>; where another template does otherwise, by the function.
// Lambda says both:
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func metricsOn(log io.Writer, getenv func(string) string) *metrics.Writer {
	stack := stackOf(getenv("AWS_LAMBDA_LOG_GROUP_NAME"))
	if stack == "" {
		stack = getenv("AWS_LAMBDA_FUNCTION_NAME")
	}
	if stack == "" {
		return nil
	}
	return metrics.New(metrics.Config{Output: log, Stack: stack})
}

// stackOf gives "" for a log group that names no stack.
func stackOf(logGroup string) string {
	name, found := strings.CutPrefix(logGroup, "/aws/lambda/")
	stack, function, nested := strings.Cut(name, "/")
	if !found || !nested || function == "" {
		return ""
	}
	return stack
}
