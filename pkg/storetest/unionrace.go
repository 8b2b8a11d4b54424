package storetest

import (
	"errors"
	"strconv"

	"github.com/wxbind/wxbind/pkg/login"
)

// unionRaces tests that a unionid lets nobody in once the binding that had it has another or is gone, whatever comes at the same
// time.
func unionRaces(s *suite) {
	for name, ends := range map[string]func(t *trial, u login.User, b login.Binding) error{
		"is removed":   func(t *trial, _ login.User, b login.Binding) error { return t.Unbind(t.ctx, b, false) },
		"is displaced": func(t *trial, u login.User, _ login.Binding) error { return t.Rebind(t.ctx, t.newRebinding(u)) },
		"has another":  func(t *trial, _ login.User, b login.Binding) error { return t.NoteUnion(t.ctx, b, id("union")) },
	} {
		for round := range 5 {
			s.test("nobody is admitted by a unionid after the binding "+name+", round "+strconv.Itoa(round), func(t *trial) {
				a := t.newNewcomer()
				u := t.admit(a)
				admissions := make([]login.Admission, rivals)
				for i := range admissions {
					admissions[i] = t.knownFrom(u, otherApp+strconv.Itoa(i))
				}
				errs := t.race(rivals+1, func(i int) error {
					if i == rivals {
						return ends(t, u, a.Binding)
					}
					_, err := t.Admit(t.ctx, admissions[i])
					return err
				})
				t.must(errs[rivals])
				for i, err := range errs[:rivals] {
					if err == nil {
						t.admitted(admissions[i])
					} else if _, ok := errors.AsType[*login.Unfit](err); !ok {
						t.Fatalf("admission %d: %v", i, err)
					} else {
						t.notAdmitted(admissions[i])
					}
				}
				t.unfit(t.knownFrom(u, thirdApp))
			})
		}
	}
	for round := range 5 {
		s.test("the user notes what the binding does, after unionids, unbind and bind at the same time, round "+strconv.Itoa(round), func(t *trial) {
			u, b, _ := t.bound()
			again, taken := t.newBinding(u, app), t.admit(t.newNewcomer()).Unions[0]
			again.OpenID = b.OpenID
			t.race(5, func(i int) error {
				switch i {
				case 0:
					return t.Unbind(t.ctx, b, false)
				case 1:
					return t.tryBind(again)
				case 2:
					return t.NoteUnion(t.ctx, b, id("union"))
				case 3:
					return t.NoteUnion(t.ctx, again, id("union"))
				}
				return t.NoteUnion(t.ctx, b, taken)
			})
			t.inStep(b, again)
		})
	}
}

// takenUnionRaces tests that of all who are bound with the unionid of a binding that is gone one is found by it.
func takenUnionRaces(s *suite) {
	for round := range 5 {
		s.test("one of all who come at the same time gets the unionid of a binding that is gone, round "+strconv.Itoa(round), func(t *trial) {
			a := t.newNewcomer()
			former, index := t.admit(a), a.Newcomer.Unions[0]
			t.must(t.Unbind(t.ctx, a.Binding, false))
			back := t.newBinding(former, otherApp)
			t.bind(back)
			bindings := []login.Binding{back}
			for range rivals {
				_, b, _ := t.bound()
				bindings = append(bindings, b)
			}
			errs := t.race(len(bindings), func(i int) error { return t.NoteUnion(t.ctx, bindings[i], index) })
			owners := 0
			for i, b := range bindings {
				if errs[i] == nil {
					owners++
					t.ownsUnion(b.UserID, index)
				} else {
					t.want(errs[i], login.ErrUnionTaken)
				}
				if known := t.userNow(b.UserID).KnownIn(index) != ""; known != (errs[i] == nil) {
					t.Fatalf("rival %d: %v, known %t", i, errs[i], known)
				}
			}
			if owners != 1 {
				t.Fatalf("%d have it", owners)
			}
			t.inStep(bindings...)
		})
	}
}

// knownFrom admits a user in an app who is bound in another one by the unionid of theirs.
func (t *trial) knownFrom(u login.User, appID string) login.Admission {
	a := t.newAdmission(u, appID)
	a.Terms = login.Terms{Union: u.Unions[0], KnownIn: app}
	return a
}
