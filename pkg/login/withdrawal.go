package login

import (
	"context"
	"time"
)

// Given says in which mini-program, and when, a user has given something of themselves. It is zero for what an administrator has
// set, or a directory has described.
type Given struct {
	AppID string
	At    time.Time
}

// DataKind is a kind of personal data, of which WeChat says that somebody has withdrawn their consent.
type DataKind string

// The kinds that wxbind itself may hold. Those of pkg/wechatdata that it does not hold have names there.
const (
	DataPhone  DataKind = "phone"
	DataName   DataKind = "nickname"
	DataAvatar DataKind = "avatar"
)

// Withdrawal removes what a user has given in a mini-program, because they have withdrawn their consent to it.
type Withdrawal struct {
	UserID, AppID string
	// Before bounds what goes: what was given at that moment, or before. So what somebody has given again later stays.
	Before time.Time
	// Data are the kinds that go. What was given in another mini-program stays, and so does what an administrator has entered, or
	// a directory described: Phone.AppID, User.NameGiven and User.AvatarGiven say so. Kinds that wxbind does not hold are only told.
	Data []DataKind
	// Name names the record that says that the withdrawal was done, and Record is it. NoticeID becomes the notice's.
	Name     string
	Record   Record
	NoticeID string
}

// Withdrawals removes what people withdraw.
type Withdrawals interface {
	// Withdraw removes what w says and stores the record, all or nothing, and writes a notice of it if the store keeps notices. A
	// number that is removed leads to nobody any more. The sessions go on. Of any number of calls with the same record, exactly
	// one succeeds.
	//
	// Errors: ErrUserNotFound; ErrRecordChanged when the record is stored already: then this was done before.
	Withdraw(ctx context.Context, w Withdrawal) error
}
