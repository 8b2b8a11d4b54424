// Package iamtest holds a function to the policy of its role, in tests. A [Guard]
// stands before DynamoDB and Secrets Manager, finds out what each request asks for
// as IAM does, and lets through what the policy in template.yaml allows:
//
//	template, err := iamtest.Read("template.yaml")
//	role, err := template.Role("BindFunction")
//	guard := iamtest.NewGuard(t, iamtest.Config{Policy: role.Policy, Tables: tables, DynamoDB: engine, SecretsManager: vault})
//	// run the function on guard.URL, and look at guard.Used and guard.Refused
//
// It knows what wxbind's template and functions use. Whatever else it meets, in a
// policy or in a request, is an error or refused: a test that is wrong about IAM
// then fails, and never passes.
package iamtest
