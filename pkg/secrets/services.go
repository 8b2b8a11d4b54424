package secrets

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// Services implements login.Services on a secret of its own in Secrets Manager; see cache.
type Services struct{ cache[login.ServiceKeys] }

var _ login.Services = (*Services)(nil)

// NewServices makes a Services. It fetches nothing yet.
func NewServices(c Config) *Services {
	return &Services{newCache(c, func(raw []byte) (*login.ServiceKeys, error) {
		keys, err := ParseServices(raw)
		return &keys, err
	})}
}

// ServiceKeys returns the cached keys, or fetches them.
//
// Errors: login.SecretUnavailable, while no fetch has succeeded yet.
func (s *Services) ServiceKeys(ctx context.Context) (login.ServiceKeys, error) {
	keys, err := s.get(ctx, false)
	if err != nil {
		return nil, err
	}
	return *keys, nil
}

// ParseServices parses the secret of the services that may introspect tokens:
//
//	{"services":[{"id":"orders","key":"…"}]}
//
// It is as strict as Parse, and its errors contain as little.
func ParseServices(raw []byte) (login.ServiceKeys, error) {
	fields, err := fieldsOf(raw)
	if err != nil {
		return nil, err
	}
	keys, err := parseKeys[login.ServiceKey](fields["services"], "services")
	if err != nil {
		return nil, err
	}
	return keys, login.ServiceKeys(keys).Validate()
}

// Errors of a ServicesDraft.
var (
	ErrServiceTaken  = errors.New("a service with this id already exists")
	ErrNoSuchService = errors.New("there is no service with this id")
)

// ServicesDraft is the secret of the services while an operator changes it. Everything that the change does not concern
// stays as it is.
type ServicesDraft struct {
	fields   map[string]json.RawMessage
	services []map[string]json.RawMessage
}

// ReadServicesDraft reads what is stored.
//
// Errors say what keeps it from being changed, and never contain a value.
func ReadServicesDraft(raw []byte) (*ServicesDraft, error) {
	fields, err := fieldsOf(raw)
	if err != nil {
		return nil, err
	}
	services, err := objects(fields["services"], "services")
	return &ServicesDraft{fields, services}, err
}

// Add adds a service that may introspect tokens.
//
// Errors: ErrServiceTaken.
func (d *ServicesDraft) Add(id string, key login.Hidden) error {
	if slices.ContainsFunc(d.services, hasID(id)) {
		return ErrServiceTaken
	}
	d.services = append(d.services, newKey(id, key))
	return nil
}

// Remove removes a service, which may then no longer introspect tokens.
//
// Errors: ErrNoSuchService.
func (d *ServicesDraft) Remove(id string) error {
	before := len(d.services)
	d.services = slices.DeleteFunc(d.services, hasID(id))
	if len(d.services) == before {
		return ErrNoSuchService
	}
	return nil
}

// Bytes returns the secret in its stored form.
//
// Errors: those of ParseServices, so that nothing is stored that a function cannot read.
func (d *ServicesDraft) Bytes() ([]byte, error) {
	fields := maps.Clone(d.fields)
	fields["services"] = encode(d.services)
	raw := encode(fields)
	if _, err := ParseServices(raw); err != nil {
		return nil, err
	}
	return raw, nil
}

func hasID(id string) func(map[string]json.RawMessage) bool {
	return func(k map[string]json.RawMessage) bool { return idOf(k) == id }
}
