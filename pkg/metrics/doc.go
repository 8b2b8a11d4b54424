// Package metrics says in numbers how logins go: one line a request in
// CloudWatch's Embedded Metric Format, of which CloudWatch makes metrics. It asks
// for no permission and waits for no call. docs/metrics.md lists them and what they cost.
//
// The format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package metrics
