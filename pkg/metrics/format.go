package metrics

import (
	"strconv"
	"time"
)

// These say which metrics have which dimensions. They name no unit: it would be a tenth of the line.
const (
	byStack = `,"CloudWatchMetrics":[{"Namespace":"` + Namespace + `","Dimensions":[["` + Stack + `"]],"Metrics":[`
	byError = `]},{"Namespace":"` + Namespace + `","Dimensions":[["` + Stack + `","` + Error + `"]],"Metrics":[{"Name":"` + LoginFailures + `"}`
)

// most is how many metrics a request has at most. CloudWatch takes 100 from a line.
const most = 9

// Append adds the metrics of a request to its line, which is a JSON object that has members, the request's Waits among
// them, and no end yet. The stack is a string in JSON.
func Append(line []byte, now time.Time, stack []byte, r Request) []byte {
	var room [most]metric
	list, failure := r.tally(room[:0])
	line = append(line, `,"_aws":{"Timestamp":`...)
	line = strconv.AppendInt(line, now.UnixMilli(), 10)
	line = append(line, byStack...)
	for i, m := range list {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, `{"Name":"`...)
		line = append(line, m.name...)
		line = append(line, `"}`...)
	}
	if failure != "" {
		line = append(line, byError...)
	}
	line = append(line, `]}]},"`+Stack+`":`...)
	line = append(line, stack...)
	if failure != "" {
		line = append(line, `,"`+Error+`":"`...)
		line = append(line, failure...)
		line = append(line, '"')
	}
	for _, m := range list {
		if m.wait {
			continue
		}
		line = append(line, ',', '"')
		line = append(line, m.name...)
		line = append(line, '"', ':')
		line = strconv.AppendFloat(line, m.value, 'f', -1, 64)
	}
	return line
}
