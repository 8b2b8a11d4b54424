package storetest

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// logOut writes n notices of a user.
func (t *trial) logOut(userID string, n int) {
	t.Helper()
	for range n {
		t.must(t.LogoutUser(t.ctx, userID, id("epoch")))
	}
}

// Filler is a store in whose outbox its test can make many notices of a user wait at once. The others are filled change by change.
type Filler interface {
	FillOutbox(ctx context.Context, userID string, n int) error
}

// fill makes n more notices of a user wait.
func (t *trial) fill(userID string, n int) {
	t.Helper()
	if filler, ok := t.AdminStore.(Filler); ok {
		t.must(filler.FillOutbox(t.ctx, userID, n))
		return
	}
	t.logOut(userID, n)
}

// lastNumber is that of the last notice that waits.
func (t *trial) lastNumber(userID string) int64 {
	t.Helper()
	notices := t.noticesNow(userID)
	if len(notices) == 0 {
		t.Fatal("no notice waits")
	}
	return notices[len(notices)-1].Number
}

// delivered says that the notices up to a number are.
func (t *trial) delivered(userID string, through int64) {
	t.Helper()
	t.must(t.Delivered(t.ctx, userID, through, time.Now()))
}

// outboxes tests the Outbox port.
func outboxes(s *suite) {
	s.test("a notice waits as it was written until it is delivered", func(t *trial) {
		u := t.user()
		begun := milli(time.Now())
		t.logOut(u.ID, 1)
		first := t.noticesNow(u.ID)
		if at := first[0].At; at.Before(begun) || at.After(time.Now()) || !at.Equal(milli(at)) {
			t.Fatalf("written at %v, but the change began at %v", at, begun)
		}
		t.logOut(u.ID, 1)
		if now := t.noticesNow(u.ID); len(now) != 2 || !sameNotice(now[0], first[0]) {
			t.Fatalf("\n got %+v\nwant %+v", now, first)
		}
	})
	s.test("no notice of nobody waits, and none can be delivered", func(t *trial) {
		nobody := id("user") + unlike
		t.delivered(nobody, 1<<40)
		if got := t.noticesNow(nobody); len(got) != 0 {
			t.Fatalf("%+v", got)
		}
	})
	s.test("what is delivered is gone, what comes later has a higher number", func(t *trial) {
		u := t.newUser()
		u.ID += unlike
		t.must(t.add(u))
		other := t.user()
		t.logOut(u.ID, 5)
		t.logOut(other.ID, 1)
		all := t.noticesNow(u.ID)
		left := func(want ...login.Notice) {
			t.Helper()
			if got := t.noticesNow(u.ID); !slices.EqualFunc(got, want, sameNotice) {
				t.Fatalf("\n got %+v\nwant %+v", got, want)
			}
		}
		t.delivered(u.ID, all[0].Number-1)
		left(all...)
		t.delivered(u.ID, all[1].Number)
		left(all[2:]...)
		for _, again := range []int64{all[1].Number, all[0].Number, 0} {
			t.delivered(u.ID, again)
			left(all[2:]...)
		}
		t.delivered(u.ID, all[4].Number)
		left()
		t.delivered(u.ID, all[4].Number)
		t.delivered(u.ID, all[2].Number)
		t.logOut(u.ID, 2)
		now := t.noticesNow(u.ID)
		if len(now) != 2 || now[0].Number <= all[4].Number {
			t.Fatalf("\n  got %+v\nafter %+v", now, all[4])
		}
		if len(t.noticesNow(other.ID)) != 1 {
			t.Fatal("another user's notice is gone")
		}
	})
	s.test("what comes between reading and delivering stays", func(t *trial) {
		u := t.user()
		t.logOut(u.ID, 3)
		through := t.lastNumber(u.ID)
		t.must(t.DisableUser(t.ctx, u.ID, id("epoch")))
		t.delivered(u.ID, through)
		if got := t.noticesNow(u.ID); len(got) != 1 || got[0].Type != login.NoticeDisabled || got[0].Number != through+1 {
			t.Fatalf("%+v", got)
		}
	})
	s.test("the notices of a deleted user wait, and one who is made anew counts above them", func(t *trial) {
		u := t.user()
		t.logOut(u.ID, 2)
		t.must(t.DeleteUser(t.ctx, u))
		before := t.noticesNow(u.ID)
		if len(before) != 3 || before[2].Type != login.NoticeDeleted {
			t.Fatalf("%+v", before)
		}
		t.must(t.add(u))
		t.logOut(u.ID, 1)
		if now := t.noticesNow(u.ID); len(now) != 4 || !slices.EqualFunc(now[:3], before, sameNotice) {
			t.Fatalf("\n got %+v\nwant %+v and one more", now, before)
		}
		t.must(t.DeleteUser(t.ctx, t.userNow(u.ID)))
		last := t.lastNumber(u.ID)
		t.delivered(u.ID, last)
		t.must(t.add(u))
		t.logOut(u.ID, 1)
		if now := t.lastNumber(u.ID); now <= last {
			t.Fatalf("number %d follows %d", now, last)
		}
	})
	s.test("users whose notices wait are listed with the oldest, page by page", func(t *trial) {
		since := map[string]time.Time{}
		for range 7 {
			u := t.user()
			t.logOut(u.ID, 1)
			time.Sleep(2 * time.Millisecond)
			t.logOut(u.ID, 1)
			since[u.ID] = t.noticesNow(u.ID)[0].At
		}
		partly, done := t.user(), t.user()
		t.logOut(done.ID, 2)
		t.delivered(done.ID, t.lastNumber(done.ID))
		t.logOut(partly.ID, 1)
		time.Sleep(2 * time.Millisecond)
		t.logOut(partly.ID, 1)
		t.delivered(partly.ID, t.lastNumber(partly.ID)-1)
		since[partly.ID] = t.noticesNow(partly.ID)[0].At
		for _, limit := range []int{5, 1000} {
			listed := t.everyWaiting(limit)
			for userID, at := range since {
				if got, ok := listed[userID]; !ok || !got.Equal(at) {
					t.Fatalf("%s is listed: %t, since %v, want %v", userID, ok, got, at)
				}
			}
			for _, userID := range []string{done.ID, id("user")} {
				if _, ok := listed[userID]; ok {
					t.Fatal("a user is listed without a notice")
				}
			}
		}
	})
	s.test("the next page begins after a user whose notices were delivered meanwhile", func(t *trial) {
		var ids []string
		for range 5 {
			u := t.user()
			t.logOut(u.ID, 1)
			ids = append(ids, u.ID)
		}
		seen := map[string]bool{}
		for after := ""; ; {
			page, err := t.Waiting(t.ctx, after, 3)
			t.must(err)
			if len(page) == 0 {
				break
			}
			for _, w := range page {
				seen[w.UserID], after = true, w.UserID
				if slices.Contains(ids, after) {
					t.delivered(after, t.lastNumber(after))
				}
			}
		}
		for _, userID := range ids {
			if !seen[userID] {
				t.Fatal("a user was not listed")
			}
		}
	})
	for round := range rounds {
		s.test("changes and deliveries at the same time lose and repeat nothing, round "+strconv.Itoa(round), deliveries)
	}
}

// everyWaiting reads all pages. No user may be listed twice.
func (t *trial) everyWaiting(limit int) map[string]time.Time {
	t.Helper()
	listed := map[string]time.Time{}
	for after := ""; ; {
		page, err := t.Waiting(t.ctx, after, limit)
		t.must(err)
		if len(page) == 0 {
			return listed
		}
		if len(page) > limit {
			t.Fatalf("%d users, at most %d were wanted", len(page), limit)
		}
		for _, w := range page {
			if _, twice := listed[w.UserID]; twice {
				t.Fatalf("%s is listed twice", w.UserID)
			}
			listed[w.UserID], after = w.Since, w.UserID
		}
	}
}

// deliveries races changes of a user against two who deliver.
func deliveries(t *trial) {
	const changes, each = 4, 5
	u := t.user()
	t.logOut(u.ID, 1)
	var sent [2][]login.Notice
	t.together(changes+len(sent), func(i int) error {
		if i < changes {
			for range each {
				if err := t.LogoutUser(t.ctx, u.ID, id("epoch")); err != nil {
					return err
				}
			}
			return nil
		}
		for range changes * each {
			batch, err := t.NoticesOf(t.ctx, u.ID)
			if err != nil {
				return err
			}
			if len(batch) == 0 {
				continue
			}
			sent[i-changes] = append(sent[i-changes], batch...)
			if err := t.Delivered(t.ctx, u.ID, batch[len(batch)-1].Number, time.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	byNumber, ids := map[int64]login.Notice{}, map[string]bool{}
	for _, n := range slices.Concat(sent[0], sent[1], t.noticesNow(u.ID)) {
		if known, ok := byNumber[n.Number]; ok && !sameNotice(known, n) {
			t.Fatal("two notices have one number")
		}
		byNumber[n.Number], ids[n.ID] = n, true
	}
	if want := 1 + changes*each; len(ids) != want || len(byNumber) != want {
		t.Fatalf("%d notices with %d numbers, want %d", len(ids), len(byNumber), want)
	}
}
