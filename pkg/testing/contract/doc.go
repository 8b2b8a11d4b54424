// Package contract checks that what is written down about wxbind agrees with its code:
// openapi.yaml, template.yaml, samconfig.toml, the docs and the events. It contains only
// tests.
package contract
