package storetest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// outbox has the notices of a user that wait.
type outbox struct {
	waiting []login.Notice
	// last is the highest number that a notice of the user ever had.
	last int64
}

// WantNotices says whether notices are kept from now on. Those that wait stay either way.
func (m *Memory) WantNotices(ctx context.Context, wanted bool) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	m.wanted = wanted
	return nil
}

func notice(userID string, kind login.NoticeType, appID string) login.Notice {
	return login.Notice{ID: login.NewID(), Type: kind, UserID: userID, AppID: appID}
}

// tell numbers and keeps notices, if they are wanted: all of them or none. Call it before anything is changed, since it fails when
// an outbox is full. The caller has the lock.
func (m *Memory) tell(notices ...login.Notice) error {
	if !m.wanted {
		return nil
	}
	added := map[string]int{}
	for _, n := range notices {
		if added[n.UserID]++; len(m.outboxes[n.UserID].waiting)+added[n.UserID] > n.Type.Most() {
			return login.Unavailable(errors.New("the user's outbox is full"))
		}
	}
	now := m.clock()
	for _, n := range notices {
		box := m.outboxes[n.UserID]
		if box.last == 0 {
			box.last = now.UnixMilli()
		}
		box.last++
		n.Number, n.At, n.Data = box.last, cut(now), slices.Clone(n.Data)
		box.waiting = append(box.waiting, n)
		put(&m.outboxes, n.UserID, box)
	}
	return nil
}

func (m *Memory) clock() time.Time {
	if m.Now == nil {
		return time.Now()
	}
	return m.Now()
}

// NoticesOf implements login.Outbox.
func (m *Memory) NoticesOf(ctx context.Context, userID string) ([]login.Notice, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	notices := slices.Clone(m.outboxes[userID].waiting)
	for i := range notices {
		notices[i].Data = slices.Clone(notices[i].Data)
	}
	return notices, nil
}

// Delivered implements login.Outbox.
func (m *Memory) Delivered(ctx context.Context, userID string, through int64, _ time.Time) error {
	if err := m.lock(ctx); err != nil {
		return err
	}
	defer m.mu.Unlock()
	box, ok := m.outboxes[userID]
	if !ok {
		return nil
	}
	first, found := slices.BinarySearchFunc(box.waiting, through, func(n login.Notice, number int64) int {
		return cmp.Compare(n.Number, number)
	})
	if found {
		first++
	}
	box.waiting = slices.Clone(box.waiting[first:])
	m.outboxes[userID] = box
	return nil
}

// Waiting implements login.Outbox, in the order of the ids.
func (m *Memory) Waiting(ctx context.Context, after string, limit int) ([]login.WaitingUser, error) {
	if err := m.lock(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	var page []login.WaitingUser
	for _, userID := range slices.Sorted(maps.Keys(m.outboxes)) {
		if waiting := m.outboxes[userID].waiting; userID > after && len(waiting) > 0 && len(page) < limit {
			page = append(page, login.WaitingUser{UserID: userID, Since: waiting[0].At})
		}
	}
	return page, nil
}
