// Package contract holds what is written down about wxbind against its code:
// openapi.yaml, template.yaml, samconfig.toml and the files of events. There is
// nothing in it but tests.
package contract
