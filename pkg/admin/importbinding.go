package admin

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	"github.com/wxbind/wxbind/pkg/login"
)

// bindingBatch is importBatch for bindings, which are smaller than users, and whose places in the store are all over it: the more are
// written at once, the fewer pages are written twice.
const bindingBatch = 2000

// ImportBindings binds the identities of rows to users, without a session: at their next launch people are logged in. It skips
// rows that are bad, and changes no binding that stands. If rows yields a *BadRow as its error, only that row is bad.
//
// If it breaks off, run the same import again: bindings that stand already count as Present. A row is bad if its openid is
// bound to another user, its user to another openid in the mini-program, or if its unionid is another user's: an *InTheWayError.
// So is the second row with an openid: ErrOpenIDRepeated. A disabled user is bound and stays disabled. Who removed their
// binding before is bound again, since the file says so. If the secret has no index key, unionids are stored, but lead to
// nobody before the next login.
//
// It uses some 50 bytes of memory for each row, to find openids that are repeated.
//
// Errors: the error of rows, if it is not a *BadRow; an *UnknownAppError, if it is the first row's: then the file or the secret
// is the wrong one; ErrOtherIndexKey, those of Secret, and the context's. The counts so far come with it.
func (s *Service) ImportBindings(ctx context.Context, rows iter.Seq2[BindingRow, error], w ImportWatcher) (Imported, error) {
	secret, err := s.indexes(ctx)
	if errors.Is(err, ErrNoIndexKey) && s.Secret != nil {
		secret, err = s.Secret(ctx)
	}
	if err != nil {
		return Imported{}, err
	}
	i := importingBindings{Service: s, watcher: w, secret: secret, first: map[[16]byte]uint32{}}
	defer func() {
		if i.done.Added > 0 {
			login.TrailOf(ctx).Note(login.EventBindingImport)
		}
	}()
	for row, err := range rows {
		bad, isBad := errors.AsType[*BadRow](err)
		switch {
		case isBad:
			i.batch = append(i.batch, bindee{row: BindingRow{Line: bad.Line, OpenID: bad.OpenID}, bad: bad.Cause})
		case err != nil:
			if failed := i.store(ctx); failed != nil {
				return i.done, failed
			}
			return i.done, err
		default:
			if _, known := secret.Apps[row.AppID]; !known && row.AppID != "" && i.done.Rows()+len(i.batch) == 0 {
				return i.done, &UnknownAppError{AppID: row.AppID, Known: slices.Sorted(maps.Keys(secret.Apps))}
			}
			i.batch = append(i.batch, i.read(row))
		}
		if len(i.batch) == bindingBatch {
			if err := i.store(ctx); err != nil {
				return i.done, err
			}
		}
	}
	err = i.store(ctx)
	return i.done, err
}
