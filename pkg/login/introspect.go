package login

import "context"

// KnownService is one of the platform's services that has shown its key. Only
// AuthenticateService makes one.
type KnownService struct{ id string }

// ID is the service's name in ServiceKeys.
func (k KnownService) ID() string { return k.id }

// AuthenticateService recognizes one of the platform's services by its id and key.
//
// Errors: InvalidClient, and what the secret answers.
func (s *Service) AuthenticateService(ctx context.Context, id string, key Hidden) (KnownService, error) {
	services, err := s.Services.ServiceKeys(ctx)
	if err != nil {
		return KnownService{}, err
	}
	if !services.has(id, key) {
		trail := TrailOf(ctx)
		if services.names(id) { // anything else may be a key in the wrong place
			trail.Service = id
		}
		trail.noteRefusal(InvalidClient)
		return KnownService{}, InvalidClient
	}
	return KnownService{id}, nil
}

// Introspect tells a service whose token it is. It returns nil if the token has no live
// session, whatever the reason (RFC 7662, section 2.2).
//
// Errors: TokenMissing, and what the store answers.
func (s *Service) Introspect(ctx context.Context, _ KnownService, token Hidden) (*Visitor, error) {
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
