package login

import (
	"context"
)

// Introspect tells a service whose a token is; nil for a token of nobody's
// living session, whatever the reason (RFC 7662, section 2.2).
//
// Errors: InvalidClient when the service is not known by this id and key;
// TokenMissing; and what the secret and the store answer.
func (s *Service) Introspect(ctx context.Context, serviceID string, key, token Hidden) (*Visitor, error) {
	secret, err := s.Secrets.Secret(ctx)
	if err != nil {
		return nil, err
	}
	if !secret.ServiceNamed(serviceID, key) {
		return nil, InvalidClient
	}
	if token == "" {
		return nil, TokenMissing
	}
	visitor, err := s.Verify(ctx, token)
	if AsError(err).Code.EndsSession() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &visitor, nil
}
