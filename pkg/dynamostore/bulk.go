package dynamostore

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/wxbind/wxbind/pkg/login"
)

const (
	// usersAtOnce is how many users one transaction stores. Each user takes four of the 100 items that DynamoDB allows.
	// Larger transactions would be refused more often for lack of capacity, always as a whole.
	usersAtOnce = 25
	// bulkAtOnce bounds concurrent transactions. Four keep pace with a new on-demand table, which takes 4,000 writes a
	// second; each of these users costs six, or eight.
	bulkAtOnce = 4
	// bulkPatience bounds a transaction. No client waits for it as for a login, and a table that is short of capacity
	// grows meanwhile.
	bulkPatience = time.Minute
)

// AddUsers implements login.UserRegistry. It stores many users in one transaction and runs several transactions
// concurrently.
func (s *Store) AddUsers(ctx context.Context, users []login.Newcomer) ([]login.Taken, error) {
	all := make([]login.Taken, len(users))
	var failures []error
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, bulkAtOnce)
	at := 0
	for some := range slices.Chunk(users, usersAtOnce) {
		taken := all[at:][:len(some)]
		at += len(some)
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := s.addTogether(ctx, some, taken); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failures = append(failures, err)
			}
		})
	}
	wg.Wait()
	if len(failures) > 0 {
		return nil, failures[0]
	}
	return all, nil
}

// addTogether stores users in one transaction. If usernames or phone numbers are taken, DynamoDB refuses the whole
// transaction and says who has them. addTogether then stores the remaining users without those.
func (s *Store) addTogether(ctx context.Context, users []login.Newcomer, taken []login.Taken) error {
	for {
		var writes []types.TransactWriteItem
		at := map[int]int{} // where the writes of a user begin
		for i, u := range users {
			if taken[i].Cause == nil {
				at[i] = len(writes)
				writes = append(writes, s.putUser(u)...)
			}
		}
		if len(at) == 0 {
			return nil
		}
		err := s.transactPatiently(ctx, "AddUsers", writes)
		no, ok := errors.AsType[*refused](err)
		if !ok {
			return err
		}
		for i, first := range at {
			if taken[i], err = refusedUser(users[i].User, no.items[first:]); err != nil {
				return err
			}
		}
	}
}

// transactPatiently is transact, but starts again with the same token when its time is up.
func (s *Store) transactPatiently(ctx context.Context, name string, writes []types.TransactWriteItem) error {
	ctx, cancel := context.WithTimeout(ctx, bulkPatience)
	defer cancel()
	in := &dynamodb.TransactWriteItemsInput{TransactItems: writes, ClientRequestToken: aws.String(rand.Text())}
	for repeat := 0; ; repeat++ {
		_, err := call(ctx, name, s.client.TransactWriteItems, in)
		if !errors.Is(err, context.DeadlineExceeded) || !pause(ctx, repeat) {
			return err
		}
	}
}

// putUser claims the username, stores a new user, and claims the phone number and stores the password if there are any.
// See refusedUser.
func (s *Store) putUser(n login.Newcomer) []types.TransactWriteItem {
	absent := aws.String("attribute_not_exists(pk)")
	u := n.User
	u.PasswordID, u.Apps, u.Unions = n.Password.ID, nil, nil
	writes := []types.TransactWriteItem{
		{Put: &types.Put{
			TableName: &s.tables.Users, Item: nameItem(u.Username, u.ID), ConditionExpression: absent,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
		{Put: &types.Put{TableName: &s.tables.Users, Item: userItem(u), ConditionExpression: absent}},
	}
	if u.Phone.Index != "" {
		writes = append(writes, s.claimPhone(u.Phone.Index, u, "")...)
	}
	if n.Password.ID != "" {
		writes = append(writes, s.putPassword(u.ID, n.Password))
	}
	return writes
}

// refusedUser says what the writes of putUser found taken. refused begins with them.
func refusedUser(u login.User, refused []refusal) (login.Taken, error) {
	switch name := refused[0]; {
	case name.broken:
		r := &reader{noun: "Users", item: name.stored}
		return login.Taken{Cause: login.ErrUsernameTaken, By: r.text(userIDAttribute)}, r.err()
	case refused[1].broken:
		return login.Taken{}, login.Unavailable(errUserIDTwice)
	case u.Phone.Index != "" && refused[2].broken:
		owner, err := ownerOf(refused[2].stored)
		return login.Taken{Cause: login.ErrPhoneTaken, By: owner.UserID}, err
	}
	return login.Taken{}, nil
}
