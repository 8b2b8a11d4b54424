package contract_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/logintest"
)

// stage is two mini-programs in which the documents' tables of answers are played. Bob is a user.
type stage struct {
	*logintest.World
	bob login.User
}

const secondApp = "wxtwo"

// newStage sets a policy in the first mini-program. Bob's number was verified some time ago; 0 is never.
func newStage(t *testing.T, p login.Policy, verified time.Duration, password bool) *stage {
	t.Helper()
	s := &stage{World: logintest.NewWorld(t)}
	s.policy(logintest.AppID, p)
	s.policy(secondApp, login.Policy{LinkUnionID: true, PhoneTrust: login.DefaultPhoneTrust, Register: login.Registrations()})
	s.bob = login.User{
		ID: "u-bob", Username: "bob", Epoch: login.NewID(), CreatedAt: s.Clock(), Apps: map[string]login.UserApp{},
		Phone: s.Vault.Held.PhoneOf(logintest.PhoneOf("bob")),
	}
	if verified != 0 {
		s.bob.Phone.VerifiedAt = s.Clock().Add(-verified)
	}
	var secret login.Password
	if password {
		secret = login.NewPassword("plain:" + logintest.Password)
	}
	if err := s.DB.AddUser(t.Context(), s.bob, secret); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stage) policy(app string, p login.Policy) {
	a := s.Vault.Held.Apps[app]
	a.Policy = p
	s.Vault.Held.Apps[app] = a
}

// answer is how the tables name one.
func answer(l *login.Login, err error) string {
	switch {
	case err != nil:
		return string(login.AsError(err).Code)
	case l == nil:
		return "301"
	case l.Created:
		return "created"
	case l.Linked:
		return "linked"
	}
	return "logged in"
}

func (s *stage) launch(code string) string {
	checked, err := s.CheckCode(code)
	return answer(checked.Login, err)
}

func (s *stage) tap(code, phoneCode string, password login.Hidden, replace bool) string {
	caller := logintest.Phone
	caller.Request = login.Hidden(code + phoneCode)
	return answer(s.BindPhone(s.Context(), caller, login.PhoneRequest{Code: code, PhoneCode: phoneCode, Password: password, Replace: replace}))
}

func (s *stage) register(code string) string {
	return answer(s.Register(s.Context(), logintest.Phone, code))
}

// leave deletes whom a code logs in.
func (s *stage) leave(code, fresh string) {
	s.Helper()
	if err := s.Delete(s.Context(), logintest.Phone, s.Visit(s.Token(code)), fresh); err != nil {
		s.Fatal(err)
	}
}

// elsewhere binds a person in the second mini-program.
func (s *stage) elsewhere(code string) {
	s.Helper()
	if _, err := s.Check(s.Context(), logintest.OtherApp, code); err != nil {
		s.Fatal(err)
	}
}

// policyRow plays a row of the table of policies: the answers of each column.
type policyRow struct {
	policy login.Policy
	// change, if not nil, is made before anything is asked.
	change func(*stage)
	// again says that bob's number is played again, without a password of his.
	again bool
	// launch and register play more than a stranger's.
	launch, register func(*stage) []string
}

func byNumber(register ...login.Registration) login.Policy {
	return login.Policy{Register: register, PhoneTrust: login.DefaultPhoneTrust}
}

// policyRows are in the order of the table. The operator's own directory, its last row, has tests in pkg/login.
var policyRows = []policyRow{
	{policy: byNumber()},
	{policy: login.Policy{}},
	{policy: byNumber(login.RegisterPhone)},
	{policy: login.Policy{Register: []login.Registration{login.RegisterPhone}}, again: true},
	{policy: byNumber(login.RegisterAsk)},
	{policy: byNumber(login.RegisterLaunch), launch: func(s *stage) []string {
		first := s.launch("dave-1")
		s.leave("dave-2", "dave-3")
		return []string{first, s.launch("dave-4")}
	}, register: func(s *stage) []string { return []string{s.register("erin-1")} }},
	{
		policy: login.Policy{LinkUnionID: true, PhoneTrust: login.DefaultPhoneTrust, AcceptFrom: []string{secondApp}},
		launch: func(s *stage) []string {
			s.elsewhere("dave-1")
			return []string{s.launch("dave-2"), s.launch("frank-1")}
		},
		register: func(s *stage) []string {
			closed := s.register("erin-1")
			p := s.Vault.Held.Apps[logintest.AppID].Policy
			p.Register = []login.Registration{login.RegisterAsk}
			s.policy(logintest.AppID, p)
			s.elsewhere("erin-2")
			return []string{closed, s.register("erin-3")}
		},
	},
	{policy: byNumber(), change: func(s *stage) { s.Vault.Held.IndexKey = "" }},
}

// columns are the answers of checkBind, its ways, those of bindPhone for a number that nobody has and for bob's, and of
// register.
func (r policyRow) columns(t *testing.T) [][]string {
	s := newStage(t, r.policy, time.Hour, true)
	if r.change != nil {
		r.change(s)
	}
	var ways []string
	if r.launch == nil {
		for _, way := range s.Checked("dave-0").Ways {
			ways = append(ways, string(way))
		}
		r.launch = func(s *stage) []string { return []string{s.launch("dave-1")} }
	} else {
		for _, way := range s.Vault.Held.Ways(s.Vault.Held.Apps[logintest.AppID]) {
			ways = append(ways, string(way))
		}
	}
	if r.register == nil {
		r.register = func(s *stage) []string { return []string{s.register("erin-1")} }
	}
	all := [][]string{r.launch(s), ways, {s.tap("carol-1", "phone-carol-1", "", false)}, {s.tap("bob-1", "phone-bob-1", "", false)}, r.register(s)}
	if r.again {
		all[3] = append(all[3], newStage(t, r.policy, time.Hour, false).tap("bob-1", "phone-bob-1", "", false))
	}
	return all
}

var answerInCell = regexp.MustCompile("`[a-z_]+`|301|logged in|登录$")

// answersIn are the answers that a cell names, in order.
func answersIn(cell string) (all []string) {
	for _, found := range answerInCell.FindAllString(strings.TrimSpace(cell), -1) {
		name := strings.Trim(found, "`")
		switch {
		case name == "登录":
			all = append(all, "logged in")
		case name == "301", name == "logged in", name == "created", name == "linked", login.Code(name).Known():
			all = append(all, name)
		}
	}
	return all
}

// The table of policies says what is answered. It is the same in openapi.yaml, and in short in the READMEs.
func TestPoliciesAnswerAsDocumented(t *testing.T) {
	ask := regexp.MustCompile("^ `register` (has|含) `ask` *$")
	row := func(page string) [][]string {
		rows := tableOf(t, page, ask)
		for _, cells := range rows {
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
		}
		return rows
	}
	long := row(waysPage)
	if len(long) != len(policyRows)+1 {
		t.Fatalf("%s has %d rows, want %d", waysPage, len(long), len(policyRows)+1)
	}
	for i, r := range policyRows {
		for n, want := range r.columns(t) {
			got := answersIn(long[i][n+1])
			if n == 1 {
				got = namesIn(long[i][n+1])
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, column %d: the page says %v, and the answer is %v", long[i][0], n+1, got, want)
			}
		}
	}
	if api := row("openapi.yaml"); !slices.EqualFunc(api, long, slices.Equal[[]string]) {
		t.Errorf("openapi.yaml has another table:\n%v\n%v", api, long)
	}
	for _, page := range []string{"README.md", "README.zh-CN.md"} {
		for i, cells := range row(page) {
			for n, column := range []int{1, 3, 4, 5} {
				if got, want := answersIn(cells[n+1]), answersIn(long[i][column]); !slices.Equal(got, want) {
					t.Errorf("%s, %s, column %d: %v, want %v", page, cells[0], n+1, got, want)
				}
			}
		}
	}
}

// The table of numbers, a row after the other.
func TestNumbersAnswerAsDocumented(t *testing.T) {
	const stale = 61 * 24 * time.Hour
	closed, open := byNumber(), byNumber(login.RegisterPhone)
	rows := [][]string{
		{newStage(t, closed, time.Hour, true).tap("bob-1", "phone-bob-1", "", false)},
		func() []string {
			s := newStage(t, closed, stale, true)
			return []string{s.tap("bob-1", "phone-bob-1", "", false), s.tap("bob-2", "phone-bob-1", logintest.Password, false)}
		}(),
		{newStage(t, closed, stale, false).tap("bob-1", "phone-bob-1", "", false), newStage(t, open, stale, false).tap("bob-1", "phone-bob-1", "", false)},
		func() []string {
			s := newStage(t, closed, stale, true)
			caller := logintest.OtherApp
			if _, err := s.Bind(t.Context(), caller, login.BindRequest{Code: "bob-1", Username: "bob", Password: logintest.Password}); err != nil {
				t.Fatal(err)
			}
			return []string{s.tap("bob-2", "phone-bob-2", "", false)}
		}(),
		func() []string {
			s := newStage(t, closed, time.Hour, true)
			if err := s.DB.DisableUser(t.Context(), s.bob.ID, login.NewID()); err != nil {
				t.Fatal(err)
			}
			return []string{s.tap("bob-1", "phone-bob-1", "", false)}
		}(),
		func() []string {
			p := closed
			p.Rebind = true
			s := newStage(t, p, time.Hour, false)
			number := strings.TrimPrefix(logintest.PhoneOf("bob"), "+86")
			s.tap("bob-1", "phone-bob-1", "", false)
			answers := []string{s.tap("newphone-1", "phone-"+number+"-1", "", false), s.tap("newphone-2", "phone-"+number+"-2", "", true)}
			for _, p := range []login.Policy{closed, open} {
				s := newStage(t, p, time.Hour, false)
				s.tap("bob-1", "phone-bob-1", "", false)
				s.Pass(stale)
				answers = append(answers, s.tap("newphone-1", "phone-"+number+"-1", "", false))
			}
			return answers
		}(),
		func() []string {
			s := newStage(t, closed, time.Hour, true)
			caller := logintest.OtherApp
			if _, err := s.BindPhone(t.Context(), caller, login.PhoneRequest{Code: "carol-1", PhoneCode: "phone-carol-1"}); err != nil {
				t.Fatal(err)
			}
			return []string{s.tap("carol-2", "phone-carol-2", "", false)}
		}(),
	}
	page := tableOf(t, waysPage, regexp.MustCompile("^ disabled"))
	if len(page) != len(rows) {
		t.Fatalf("the page has %d rows, want %d", len(page), len(rows))
	}
	for i, want := range rows {
		if got := answersIn(page[i][1]); !slices.Equal(got, want) {
			t.Errorf("%s: the page says %v, and the answer is %v", strings.TrimSpace(page[i][0]), got, want)
		}
	}
}
