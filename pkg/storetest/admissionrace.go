package storetest

import (
	"errors"
	"strconv"

	"github.com/wxbind/wxbind/pkg/login"
)

// rounds is how often a race of a few is run.
const rounds = 10

// oneIsAdmitted lets many in at the same time, whom alike makes contradict each other. The losers must get an error of
// which refused says yes, and leave nothing. It returns the winner.
func (t *trial) oneIsAdmitted(refused func(error) bool, made func() login.Admission, alike func(a *login.Admission)) login.Admission {
	t.Helper()
	var rival [rivals]login.Admission
	for i := range rival {
		rival[i] = made()
		alike(&rival[i])
	}
	winner := -1
	for i, err := range t.race(rivals, func(i int) error { _, err := t.Admit(t.ctx, rival[i]); return err }) {
		switch {
		case err == nil && winner < 0:
			winner = i
		case err == nil:
			t.Fatalf("admissions %d and %d both succeeded", winner, i)
		case !refused(err):
			t.Fatalf("admission %d: %v", i, err)
		}
	}
	if winner < 0 {
		t.Fatal("nobody was admitted")
	}
	for i, a := range rival {
		switch {
		case i == winner:
			t.admitted(a)
		case a.Newcomer == nil || a.Newcomer.ID != rival[winner].Newcomer.ID:
			t.notAdmitted(a)
		default:
			t.unstored(a.Session)
			t.unbound(a.Binding)
		}
	}
	return rival[winner]
}

func is(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, target := range targets {
			if errors.Is(err, target) {
				return true
			}
		}
		return false
	}
}

func isUnfit(err error) bool {
	_, ok := errors.AsType[*login.Unfit](err)
	return ok
}

// admissionRaces tests what the ports promise about admissions at the same time as anything else.
func admissionRaces(s *suite) {
	s.test("of many newcomers with one number one is admitted, the others get ErrPhoneTaken", func(t *trial) {
		p := t.newPhone()
		winner := t.oneIsAdmitted(is(login.ErrPhoneTaken), t.newNewcomer, func(a *login.Admission) { a.Newcomer.Phone = p })
		t.owns(winner.Newcomer.ID, p)
	})
	s.test("of many newcomers with one unionid one is admitted, the others get ErrUnionTaken", func(t *trial) {
		union := id("union")
		winner := t.oneIsAdmitted(is(login.ErrUnionTaken), t.newNewcomer, func(a *login.Admission) { a.Newcomer.Unions = []string{union} })
		t.ownsUnion(winner.Newcomer.ID, union)
	})
	s.test("of many newcomers with one identity one is admitted, the others get IdentityBound", func(t *trial) {
		openID := id("openid")
		t.oneIsAdmitted(is(login.IdentityBound), t.newNewcomer, func(a *login.Admission) { a.Binding.OpenID = openID })
	})
	s.test("of many newcomers with one identity, number and unionid one is admitted", func(t *trial) {
		openID, p, union := id("openid"), t.newPhone(), id("union")
		winner := t.oneIsAdmitted(is(login.IdentityBound, login.ErrPhoneTaken, login.ErrUnionTaken), t.newNewcomer, func(a *login.Admission) {
			a.Binding.OpenID, a.Newcomer.Phone, a.Newcomer.Unions = openID, p, []string{union}
		})
		t.owns(winner.Newcomer.ID, p)
		t.ownsUnion(winner.Newcomer.ID, union)
	})
	s.test("of many newcomers to whom a user yields the number one is admitted, the others get ErrPhoneTaken", func(t *trial) {
		owner := t.admit(t.newNewcomer())
		winner := t.oneIsAdmitted(is(login.ErrPhoneTaken), t.newNewcomer, func(a *login.Admission) {
			a.Newcomer.Phone, a.Yields = owner.Phone, owner.ID
		})
		t.owns(winner.Newcomer.ID, owner.Phone)
		if got := t.userNow(owner.ID).Phone; got != (login.Phone{}) {
			t.Fatalf("the user who yields has %+v", got)
		}
	})
	s.test("one admission many times at once is done once", func(t *trial) {
		u := t.userWithPhone()
		known := t.newAdmission(u, app)
		known.Terms.Phone = u.Phone
		for _, a := range []login.Admission{t.newNewcomer(), known} {
			for _, err := range t.race(rivals, func(int) error { _, err := t.Admit(t.ctx, a); return err }) {
				if err != nil {
					t.want(err, login.ErrAlreadyBound)
				}
			}
			t.admitted(a)
			if got := t.sessionsNow(a.Binding.UserID); len(got) != 1 {
				t.Fatalf("%d sessions", len(got))
			}
		}
	})
	s.test("of many identities with one user's number one is admitted, for the others the user is unfit", func(t *trial) {
		u := t.userWithPhone()
		t.oneIsAdmitted(isUnfit, func() login.Admission {
			a := t.newAdmission(u, app)
			a.Terms.Phone = u.Phone
			return a
		}, func(*login.Admission) {})
	})
	s.test("of many admissions of one user and identity one is done, the others get ErrAlreadyBound", func(t *trial) {
		u, openID := t.admit(t.newNewcomer()), id("openid")
		t.oneIsAdmitted(is(login.ErrAlreadyBound), func() login.Admission {
			a := t.newAdmission(u, otherApp)
			a.Terms.Union, a.Terms.KnownIn = u.Unions[0], app
			return a
		}, func(a *login.Admission) { a.Binding.OpenID = openID })
	})
	s.test("a user is admitted to many apps at the same time", func(t *trial) {
		u := t.admit(t.newNewcomer())
		var all [8]login.Admission
		for i := range all {
			all[i] = t.newAdmission(u, app+strconv.Itoa(i))
			all[i].Terms.Union, all[i].Terms.KnownIn = u.Unions[0], app
		}
		t.together(len(all), func(i int) error { _, err := t.Admit(t.ctx, all[i]); return err })
		for _, a := range all {
			t.admitted(a)
		}
	})
	s.test("of many users who are added with one number one is stored, and no part of another", func(t *trial) {
		var rival [rivals]login.User
		p := t.newPhone()
		for i := range rival {
			rival[i] = t.newUser()
			rival[i].Phone = p
		}
		winner := t.one(login.ErrPhoneTaken, t.race(rivals, func(i int) error { return t.add(rival[i]) }))
		for i, u := range rival {
			if i != winner {
				t.nobody(u)
			}
		}
		same(t, t.userNow(rival[winner].ID), rival[winner])
		t.owns(rival[winner].ID, p)
	})
	s.test("of many users who set one number one has it, the others get ErrPhoneTaken", func(t *trial) {
		p := t.newPhone()
		var rival [rivals]login.User
		for i := range rival {
			rival[i] = t.userWithPhone()
		}
		winner := t.one(login.ErrPhoneTaken, t.race(rivals, func(i int) error { return t.SetPhone(t.ctx, rival[i].ID, p, "") }))
		for i, u := range rival {
			if i == winner {
				t.owns(u.ID, p)
				t.free(u.Phone)
				continue
			}
			t.owns(u.ID, u.Phone)
		}
	})
	s.test("of many numbers that are set for one user one stays, and the others are free", func(t *trial) {
		u := t.userWithPhone()
		var rival [rivals]login.Phone
		for i := range rival {
			rival[i] = t.newPhone()
		}
		t.together(rivals, func(i int) error { return t.SetPhone(t.ctx, u.ID, rival[i], "") })
		got := t.userNow(u.ID).Phone
		t.free(u.Phone)
		for _, p := range rival {
			if p.Index == got.Index {
				t.owns(u.ID, p)
				continue
			}
			t.free(p)
		}
	})
	s.test("of many users one gets a unionid, and all bindings note that it was tried", func(t *trial) {
		index := id("union")
		var users [rivals]login.User
		var rival [rivals]login.Binding
		for i := range rival {
			users[i], rival[i], _ = t.bound()
		}
		winner := t.one(login.ErrUnionTaken, t.race(rivals, func(i int) error { return t.NoteUnion(t.ctx, rival[i], index) }))
		t.ownsUnion(users[winner].ID, index)
		for i, b := range rival {
			if got, err := t.bindingNow(b); err != nil || got.Union != index {
				t.Fatalf("binding %d is %+v, %v", i, got, err)
			}
			if i != winner && len(t.userNow(users[i].ID).Unions) != 0 {
				t.Fatalf("user %d has it too", i)
			}
		}
	})
	s.test("a unionid that many bindings of a user note at the same time is noted once", func(t *trial) {
		u := t.user()
		index := id("union")
		var all [10]login.Binding
		for i := range all {
			all[i] = t.newBinding(u, app+strconv.Itoa(i))
			t.bind(all[i])
		}
		t.together(3*len(all), func(i int) error { return t.NoteUnion(t.ctx, all[i%len(all)], index) })
		if got := t.userNow(u.ID).Unions; len(got) != 1 {
			t.Fatalf("the user has %q", got)
		}
		t.ownsUnion(u.ID, index)
	})

	for round := range rounds {
		again := ", round " + strconv.Itoa(round)
		s.test("newcomers, a user who is added and one who sets it: one gets the number"+again, func(t *trial) {
			p, added, standing := t.newPhone(), t.newUser(), t.user()
			added.Phone = p
			newcomers := []login.Admission{t.newNewcomer(), t.newNewcomer()}
			for i := range newcomers {
				newcomers[i].Newcomer.Phone = p
			}
			winner := t.one(login.ErrPhoneTaken, t.race(4, func(i int) error {
				switch i {
				case 0:
					return t.add(added)
				case 1:
					return t.SetPhone(t.ctx, standing.ID, p, "")
				default:
					_, err := t.Admit(t.ctx, newcomers[i-2])
					return err
				}
			}))
			t.owns([]string{added.ID, standing.ID, newcomers[0].Newcomer.ID, newcomers[1].Newcomer.ID}[winner], p)
			if winner != 0 {
				t.nobody(added)
			}
			if winner != 1 {
				same(t, t.userNow(standing.ID), standing)
			}
			for i, a := range newcomers {
				if winner != i+2 {
					t.notAdmitted(a)
				}
			}
		})
		s.test("a newcomer with a unionid and a binding that notes it: one gets it"+again, func(t *trial) {
			a := t.newNewcomer()
			u, b, _ := t.bound()
			winner := t.one(login.ErrUnionTaken, t.race(2, func(i int) error {
				if i == 0 {
					_, err := t.Admit(t.ctx, a)
					return err
				}
				return t.NoteUnion(t.ctx, b, a.Newcomer.Unions[0])
			}))
			t.ownsUnion([]string{a.Newcomer.ID, u.ID}[winner], a.Newcomer.Unions[0])
		})
		for name, change := range map[string]func(t *trial, u login.User) error{
			"disabled":                      func(t *trial, u login.User) error { return t.DisableUser(t.ctx, u.ID, id("epoch")) },
			"logged out":                    func(t *trial, u login.User) error { return t.LogoutUser(t.ctx, u.ID, id("epoch")) },
			"given another number":          func(t *trial, u login.User) error { return t.SetPhone(t.ctx, u.ID, t.newPhone(), "") },
			"robbed of the number":          func(t *trial, u login.User) error { return t.SetPhone(t.ctx, u.ID, login.Phone{}, "") },
			"bound with another openid":     func(t *trial, u login.User) error { b := t.newBinding(u, app); return t.tryBind(b) },
			"admitted with another openid":  func(t *trial, u login.User) error { _, err := t.Admit(t.ctx, t.newAdmission(u, app)); return err },
			"made to yield the number":      func(t *trial, u login.User) error { return t.rob(u) },
			"deleted as it was read before": func(t *trial, u login.User) error { return t.DeleteUser(t.ctx, u) },
		} {
			s.test("a user who is admitted while "+name+again, func(t *trial) {
				u := t.userWithPhone()
				a := t.newAdmission(u, app)
				a.Terms.Phone = u.Phone
				errs := t.race(2, func(i int) error {
					if i == 0 {
						_, err := t.Admit(t.ctx, a)
						return err
					}
					return change(t, u)
				})
				switch {
				case errs[0] == nil && errs[1] == nil: // first admitted, then changed
					got, err := t.bindingNow(a.Binding)
					t.must(err)
					same(t, got, a.Binding)
				case errs[0] == nil:
					if !is(login.UserBound, login.ErrUserChanged)(errs[1]) && !isUnfit(errs[1]) {
						t.Fatal(errs[1])
					}
					t.admitted(a)
				default:
					t.must(errs[1])
					if !isUnfit(errs[0]) && !errors.Is(errs[0], login.ErrUserNotFound) {
						t.Fatal(errs[0])
					}
					t.notAdmitted(a)
				}
				if name == "disabled" || name == "logged out" {
					user := t.userNow(u.ID)
					for _, session := range t.sessionsNow(u.ID) {
						if session.Dead(user, t.now) == "" {
							t.Fatal("a session lives on")
						}
					}
				}
			})
		}
		s.test("an admission and a bind of the same identity to the same user: one is done"+again, func(t *trial) {
			u := t.userWithPhone()
			a := t.newAdmission(u, app)
			a.Terms.Phone = u.Phone
			b := t.newBinding(u, app)
			b.OpenID = a.Binding.OpenID
			session := t.newSession(b)
			winner := t.one(login.ErrAlreadyBound, t.race(2, func(i int) (err error) {
				if i == 0 {
					_, err = t.Admit(t.ctx, a)
				} else {
					_, err = t.Bind(t.ctx, b, session)
				}
				return err
			}))
			if winner == 0 {
				t.admitted(a)
				t.unstored(session)
				return
			}
			t.notAdmitted(a)
			if !t.stands(b) || t.dead(session) != "" {
				t.Fatal("the bind succeeded, but is not there")
			}
		})
		s.test("an identity that is unbound is not admitted with its tombstone"+again, func(t *trial) {
			u, b, _ := t.bound()
			mine, theirs := t.newAdmission(u, app), t.newNewcomer()
			for _, a := range []*login.Admission{&mine, &theirs} {
				a.Binding.OpenID, a.Binding.Index, a.Tombstone = b.OpenID, b.Index, b.Index
			}
			errs := t.race(3, func(i int) (err error) {
				switch i {
				case 0:
					return t.Unbind(t.ctx, b, false)
				case 1:
					_, err = t.Admit(t.ctx, mine)
				default:
					_, err = t.Admit(t.ctx, theirs)
				}
				return err
			})
			t.must(errs[0])
			if !is(login.ErrAlreadyBound, login.ErrRemovedBefore)(errs[1]) || !is(login.IdentityBound, login.ErrRemovedBefore)(errs[2]) {
				t.Fatalf("%v, %v", errs[1], errs[2])
			}
			t.notAdmitted(mine)
			t.notAdmitted(theirs)
			t.unbound(b)
		})
		s.test("an identity whose user is deleted is not admitted with its tombstone"+again, func(t *trial) {
			u, b, _ := t.bound()
			read, a := t.userNow(u.ID), t.newNewcomer()
			a.Binding.OpenID, a.Binding.Index, a.Tombstone = b.OpenID, b.Index, b.Index
			errs := t.race(2, func(i int) error {
				if i == 0 {
					return t.DeleteUser(t.ctx, read)
				}
				_, err := t.Admit(t.ctx, a)
				return err
			})
			t.must(errs[0])
			if !is(login.IdentityBound, login.ErrRemovedBefore)(errs[1]) {
				t.Fatal(errs[1])
			}
			t.notAdmitted(a)
		})
		s.test("a number and a unionid that come while their user is deleted are nobody's afterwards"+again, func(t *trial) {
			u, b, _ := t.bound()
			read, p, index := t.userNow(u.ID), t.newPhone(), id("union")
			errs := t.race(3, func(i int) error {
				switch i {
				case 0:
					return t.DeleteUser(t.ctx, read)
				case 1:
					return t.SetPhone(t.ctx, u.ID, p, "")
				default:
					return t.NoteUnion(t.ctx, b, index)
				}
			})
			if errs[0] != nil {
				t.want(errs[0], login.ErrUserChanged)
				if errs[1] != nil && errs[2] != nil {
					t.Fatalf("nothing has changed the user: %v, %v", errs[1], errs[2])
				}
				t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
			}
			for i, gone := range []error{nil, login.ErrUserNotFound, login.ErrBindingNotFound} {
				if i > 0 && errs[i] != nil {
					t.want(errs[i], gone)
				}
			}
			t.gone(u, b)
			t.free(p)
			_, err := t.OwnerOfUnion(t.ctx, index)
			t.want(err, login.ErrUserNotFound)
		})
		s.test("a unionid that is noted while the binding is removed is noted before or not at all"+again, func(t *trial) {
			u, b, _ := t.bound()
			index := id("union")
			errs := t.race(2, func(i int) error {
				if i == 0 {
					return t.Unbind(t.ctx, b, false)
				}
				return t.NoteUnion(t.ctx, b, index)
			})
			t.must(errs[0])
			t.unbound(b)
			if errs[1] == nil {
				t.ownsUnion(u.ID, index)
				return
			}
			t.want(errs[1], login.ErrBindingNotFound)
			_, err := t.OwnerOfUnion(t.ctx, index)
			t.want(err, login.ErrUserNotFound)
		})
		s.test("two users who take each other's number at the same time have swapped"+again, func(t *trial) {
			first, second := t.userWithPhone(), t.userWithPhone()
			t.together(2, func(i int) error {
				if i == 0 {
					return t.SetPhone(t.ctx, first.ID, second.Phone, second.ID)
				}
				return t.SetPhone(t.ctx, second.ID, first.Phone, first.ID)
			})
			t.owns(first.ID, second.Phone)
			t.owns(second.ID, first.Phone)
		})
	}
}

// tryBind stores a binding and a session.
func (t *trial) tryBind(b login.Binding) error {
	_, err := t.Bind(t.ctx, b, t.newSession(b))
	return err
}

// rob lets in a newcomer to whom the user yields the number.
func (t *trial) rob(u login.User) error {
	a := t.newNewcomer()
	a.Newcomer.Phone, a.Yields = u.Phone, u.ID
	_, err := t.Admit(t.ctx, a)
	return err
}
