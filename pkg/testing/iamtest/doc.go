// Package iamtest checks in tests that a function stays within the policy of its role. A [Guard] in front of DynamoDB
// and Secrets Manager determines, as IAM does, what access each request needs, and lets through what the policy in
// template.yaml allows:
//
//	template, err := iamtest.Read("template.yaml")
//	role, err := template.Role("BindFunction")
//	guard := iamtest.NewGuard(t, iamtest.Config{Policy: role.Policy, Tables: tables, DynamoDB: engine, SecretsManager: vault})
//	// run the function on guard.URL, and look at guard.Used and guard.Refused
//
// It knows what wxbind's template and functions use. Anything else in a policy is an error, and anything else in a
// request is refused. So a test that is wrong about IAM fails, and never passes.
package iamtest
