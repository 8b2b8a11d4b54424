package metrics

import (
	"strconv"
	"time"
)

// Lambda's application log level drops every line that is less severe. A line without
// a level, or without a timestamp in RFC 3339, counts as INFO. Metrics must pass whatever
// the level is, so their lines have both, and the most severe level:
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
const (
	beforeTime = `{"level":"FATAL","msg":"metrics","timestamp":"`
	rfc3339    = "2006-01-02T15:04:05.000Z07:00" // in milliseconds
	afterTime  = `","_aws":{"Timestamp":`
)

// These say which metrics have which dimensions.
const (
	byStack   = `,"CloudWatchMetrics":[{"Namespace":"` + Namespace + `","Dimensions":[["` + Stack + `"]],"Metrics":[`
	byOutcome = `]},{"Namespace":"` + Namespace + `","Dimensions":[["` + Stack + `","` + Outcome + `"]],` +
		`"Metrics":[{"Name":"` + LoginFailures + `","Unit":"Count"}`
)

// line is the text of one request's metrics as it grows. The head defines the
// metrics, the tail holds their values.
type line struct{ head, tail []byte }

// begin starts a line of metrics by Stack. The stack is a string in JSON.
func (l *line) begin(now time.Time, stack []byte, route string) {
	l.head = append(l.head[:0], beforeTime...)
	l.head = now.UTC().AppendFormat(l.head, rfc3339)
	l.head = append(l.head, afterTime...)
	l.head = strconv.AppendInt(l.head, now.UnixMilli(), 10)
	l.head = append(l.head, byStack...)
	l.tail = append(l.tail[:0], `,"`+Stack+`":`...)
	l.tail = append(l.tail, stack...)
	l.tail = append(l.tail, `,"route":"`...)
	l.tail = append(l.tail, route...)
	l.tail = append(l.tail, '"')
}

// count adds a number of events, unless it is 0.
func (l *line) count(name string, n int) {
	if n == 0 {
		return
	}
	l.define(name, "Count")
	l.tail = strconv.AppendInt(l.tail, int64(n), 10)
}

// latency adds a time in milliseconds, to the microsecond. It adds nothing for less
// than a microsecond.
func (l *line) latency(name string, d time.Duration) {
	if d < time.Microsecond {
		return
	}
	l.define(name, "Milliseconds")
	l.tail = strconv.AppendFloat(l.tail, float64(d.Microseconds())/1000, 'f', -1, 64)
}

// define adds a metric with its unit. The caller appends the value to the tail.
func (l *line) define(name, unit string) {
	if l.head[len(l.head)-1] != '[' {
		l.head = append(l.head, ',')
	}
	l.head = append(l.head, `{"Name":"`...)
	l.head = append(l.head, name...)
	l.head = append(l.head, `","Unit":"`...)
	l.head = append(l.head, unit...)
	l.head = append(l.head, `"}`...)
	l.tail = append(l.tail, `,"`...)
	l.tail = append(l.tail, name...)
	l.tail = append(l.tail, `":`...)
}

// end returns the whole line. Unless the outcome is "", LoginFailures is also counted
// by the outcome; it must have been added before.
func (l *line) end(outcome string) []byte {
	if outcome != "" {
		l.head = append(l.head, byOutcome...)
		l.tail = append(l.tail, `,"`+Outcome+`":"`...)
		l.tail = append(l.tail, outcome...)
		l.tail = append(l.tail, '"')
	}
	l.head = append(l.head, `]}]}`...)
	l.head = append(l.head, l.tail...)
	l.head = append(l.head, "}\n"...)
	return l.head
}
