// Package metrics measures how logins go: it says which metrics a request has, and adds them to the request's line in
// CloudWatch's Embedded Metric Format. CloudWatch turns the lines into metrics. That takes no permission, and no call to
// wait for. docs/metrics.md lists the metrics and what they cost.
//
// The format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package metrics
