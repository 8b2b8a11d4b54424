package dynamostore

import (
	"context"
	"crypto/rand"
	"errors"
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
	err := inBulk(len(users), usersAtOnce, func(from, to int) error { return s.addTogether(ctx, users[from:to], all[from:to]) })
	if err != nil {
		return nil, err
	}
	return all, nil
}

// inBulk calls do for parts of n things, each of at most size, for bulkAtOnce parts at the same time. It returns one of the errors.
func inBulk(n, size int, do func(from, to int) error) error {
	var failures []error
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, bulkAtOnce)
	for from := 0; from < n; from += size {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(from, min(from+size, n)); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failures = append(failures, err)
			}
		})
	}
	wg.Wait()
	if len(failures) > 0 {
		return failures[0]
	}
	return nil
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

// putUser stores a new user, and claims the username and the phone number and stores the password if there are any. See
// refusedUser.
func (s *Store) putUser(n login.Newcomer) []types.TransactWriteItem {
	absent := aws.String("attribute_not_exists(pk)")
	u := n.User
	u.PasswordID, u.Apps, u.Unions = n.Password.ID, nil, nil
	var writes []types.TransactWriteItem
	if u.Username != "" {
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{
			TableName: &s.tables.Users, Item: nameItem(u.Username, u.ID), ConditionExpression: absent,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}})
	}
	writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &s.tables.Users, Item: userItem(u), ConditionExpression: absent}})
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
	if u.Username != "" {
		if name := refused[0]; name.broken {
			r := &reader{noun: "Users", item: name.stored}
			return login.Taken{Cause: login.ErrUsernameTaken, By: r.text(userIDAttribute)}, r.err()
		}
		refused = refused[1:]
	}
	switch {
	case refused[0].broken:
		return login.Taken{Cause: login.ErrIDTaken, By: u.ID}, nil
	case u.Phone.Index != "" && refused[1].broken:
		owner, err := ownerOf(refused[1].stored)
		return login.Taken{Cause: login.ErrPhoneTaken, By: owner.UserID}, err
	}
	return login.Taken{}, nil
}
