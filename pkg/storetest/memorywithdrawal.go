package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// Withdraw implements login.Withdrawals.
func (m *Memory) Withdraw(ctx context.Context, w login.Withdrawal) error {
	return m.change(ctx, w.UserID, func(u *login.User) error {
		if _, done := m.records[w.Name]; done {
			return login.ErrRecordChanged
		}
		told := notice(w.UserID, login.NoticeDataRevoked, w.AppID)
		told.ID, told.Data = w.NoticeID, w.Data
		if err := m.tell(told); err != nil {
			return err
		}
		goes := func(kind login.DataKind, appID string, at time.Time) bool {
			return slices.Contains(w.Data, kind) && appID != "" && appID == w.AppID && !at.After(cut(w.Before))
		}
		if goes(login.DataPhone, u.Phone.AppID, u.Phone.VerifiedAt) {
			u.Phone = login.Phone{}
		}
		if goes(login.DataName, u.NameGiven.AppID, u.NameGiven.At) {
			u.Name, u.NameGiven = "", login.Given{}
		}
		if goes(login.DataAvatar, u.AvatarGiven.AppID, u.AvatarGiven.At) {
			u.Avatar, u.AvatarGiven = "", login.Given{}
		}
		put(&m.records, w.Name, copyRecord(w.Record))
		return nil
	})
}

func cutGiven(g login.Given) login.Given {
	g.At = cut(g.At)
	return g
}
