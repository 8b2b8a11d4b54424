package login

import "context"

// AccessToken is accessToken, for its tests.
func (s *Service) AccessToken(ctx context.Context, secret *Secret, app App, not Hidden) (Hidden, error) {
	return s.accessToken(ctx, secret, app, not)
}

// WithAccessToken is withAccessToken for a request in app, for its tests.
func (s *Service) WithAccessToken(ctx context.Context, secret *Secret, app App, call func(token Hidden) error) error {
	return s.withAccessToken(ctx, &exchange{secret: secret, trail: TrailOf(ctx)}, app, call)
}

// TokenRecordName is tokenRecordName, for tests of what is stored there.
func TokenRecordName(secret *Secret, app App) string { return tokenRecordName(secret, app) }
