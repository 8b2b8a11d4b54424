package login

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
)

// ServiceKey is the credential of a service of the platform's that may introspect tokens.
type ServiceKey struct {
	ID  string
	Key Hidden
}

// ServiceKeys are the credentials of all such services. They are a secret of their own: whoever checks
// them needs neither an AppSecret nor a seal key.
type ServiceKeys []ServiceKey

// Validate says what is wrong with k. It never quotes a key.
func (k ServiceKeys) Validate() error {
	services := namedKeys{list: "services", ascii: true}
	for _, service := range k {
		services.add(service.ID, service.Key)
	}
	return services.err
}

// IDs lists the services.
func (k ServiceKeys) IDs() []string {
	ids := make([]string, len(k))
	for i, service := range k {
		ids[i] = service.ID
	}
	return ids
}

// has says whether there is a service with this id and this key. The time it takes does not depend on how
// much of the key is right.
func (k ServiceKeys) has(id string, key Hidden) bool {
	given, known := sha256.Sum256([]byte(key)), false
	for _, service := range k {
		own := sha256.Sum256([]byte(service.Key))
		if subtle.ConstantTimeCompare(given[:], own[:]) == 1 && service.ID == id {
			known = true
		}
	}
	return known
}

// names says whether there is a service with this id.
func (k ServiceKeys) names(id string) bool { return slices.Contains(k.IDs(), id) }
