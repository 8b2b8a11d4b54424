// Package metrics measures how logins go. It writes one line per request in
// CloudWatch's Embedded Metric Format, and CloudWatch turns the lines into metrics. That
// takes no permission, and no call to wait for. docs/metrics.md lists the metrics and
// what they cost.
//
// The format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package metrics
