package functions_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/wxbind/wxbind/events"
	"github.com/wxbind/wxbind/pkg/dynamostore"
	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/testing/dynamotest"
	"github.com/wxbind/wxbind/pkg/testing/iamtest"
	"github.com/wxbind/wxbind/pkg/wechattest"
)

// flow is a part of a function's work: cases of events/, which the built bootstrap plays on
// a state of its own.
type flow struct {
	name  string
	cases []string
	// unbound says that nobody is bound; else alice is to the user, since yesterday.
	unbound bool
	// prepare makes more of the state.
	prepare func(*performance)
	// during happens to a request of the function's to DynamoDB.
	during func(*performance) dynamotest.Rule
	// check, if not nil, says what is wrong afterwards though every answer was right.
	check func(*performance) error
	// directory says who has the users. A directory has their numbers, too: what a case changes about them is not made.
	directory directory
	// status and err are the answer to each case, where the state makes it another one
	// than is said in events/.
	status int
	err    login.Code
}

// performance is a flow while it is played.
type performance struct {
	*stage
	flow
	guard *iamtest.Guard
	// free are the settings of a function that nobody guards.
	free map[string]string
	// farewell is a deletion that is under way.
	farewell sync.WaitGroup
	// troubles are what is not as the flow has it.
	troubles []string
}

// play plays the flow with a function that must stay within a policy.
func (f flow) play(t *testing.T, function string, policy iamtest.Policy) *performance {
	t.Helper()
	p := &performance{stage: &stage{cloud: newCloud(t), processes: map[string]instance{}}, flow: f}
	p.prepareAll()

	proxy := dynamotest.NewProxy(t, p.settings["AWS_ENDPOINT_URL_DYNAMODB"])
	if f.during != nil {
		proxy.Inject(f.during(p))
	}
	p.guard = iamtest.NewGuard(t, iamtest.Config{
		Policy:   policy,
		Tables:   p.tables(),
		DynamoDB: proxy.URL(), SecretsManager: p.settings["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
	})
	p.settings["AWS_ENDPOINT_URL_DYNAMODB"], p.settings["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = p.guard.URL, p.guard.URL

	for _, name := range f.cases {
		c, err := events.CaseNamed(name)
		if err != nil || c.Function() != function {
			t.Fatalf("%s is no case of %s: %v", name, function, err)
		}
		if f.directory == noDirectory {
			if err := c.Meanwhile.Make(t.Context(), p.store); err != nil {
				t.Fatal(err)
			}
		}
		if f.status != 0 {
			c.Status, c.Code, c.Error, c.Holds = f.status, 0, f.err, nil
		}
		if err := p.ask(c); err != nil {
			p.troubles = append(p.troubles, fmt.Sprintf("%s: %v", name, err))
		}
	}
	p.farewell.Wait()
	if f.check != nil {
		if err := f.check(p); err != nil {
			p.troubles = append(p.troubles, err.Error())
		}
	}
	process := p.processes[function]
	process.Stop()
	for line := range strings.Lines(process.Log()) {
		if strings.Contains(line, `"lapse"`) && strings.Contains(line, "AccessDenied") {
			p.troubles = append(p.troubles, line)
		}
	}
	return p
}

// tables are the template's tables by their names in this cloud.
func (p *performance) tables() map[string]iamtest.Table {
	tables := map[string]iamtest.Table{}
	for _, schema := range dynamostore.Schema {
		name := p.settings["WXBIND_"+strings.ToUpper(schema.Name)+"_TABLE"]
		tables[name] = iamtest.Table{ID: schema.Name + "Table", PartitionKey: schema.PartitionKey}
	}
	return tables
}

// ask plays a case. The error says how the answer differs.
func (p *performance) ask(c events.Case) error {
	process, event := p.cue(c)
	out, err := p.output(process, event)
	if err != nil {
		return err
	}
	body := out
	if c.Function() != events.Authorizer {
		var a lambdaevents.APIGatewayV2HTTPResponse
		if err := json.Unmarshal(out, &a); err != nil {
			return err
		}
		if a.StatusCode != c.Status {
			return fmt.Errorf("status %d: %s", a.StatusCode, a.Body)
		}
		body = []byte(a.Body)
	}
	var fields map[string]any
	if err := json.Unmarshal(events.InJSON(body), &fields); err != nil {
		return err
	}
	code, _ := fields["code"].(float64)
	told, _ := fields["error"].(string)
	if int(code) != c.Code || login.Code(told) != c.Error {
		return fmt.Errorf("%s, want code %d and %q", body, c.Code, string(c.Error))
	}
	for name, want := range c.Holds {
		if !reflect.DeepEqual(fields[name], want) {
			return fmt.Errorf("%s, want %s to be %v", body, name, want)
		}
	}
	return p.scene.Saw(body)
}

// prepareAll makes the state that a flow begins with: a user with a role, a phone number and a unionid, and a session
// that has not been used for a day.
func (p *performance) prepareAll() {
	p.Helper()
	p.settings["WXBIND_SECRET_ID"], p.settings["WXBIND_SERVICES_SECRET_ID"] = iamtest.SecretARN("Secret"), iamtest.SecretARN("ServicesSecret")
	p.secrets.Put(p.settings["WXBIND_SERVICES_SECRET_ID"], services())
	p.secrets.Put(p.settings["WXBIND_SECRET_ID"], strings.TrimSuffix(p.secrets.Value("wxbind"), "}")+fmt.Sprintf(`,"directoryKey":%q}`, directoryKey))
	p.settings["WXBIND_DIRECTORY_URL"] = p.directory.start(p)
	p.free = maps.Clone(p.settings)
	p.must(p.store.PutRole(p.Context(), login.Role{Name: "clerk", Menus: []login.Menu{{ID: "1"}}}))
	if p.directory == noDirectory {
		p.must(p.store.AddUser(p.Context(), login.User{
			ID: events.UserID, Username: events.Username, Name: "Demo",
			Roles: []string{"clerk"}, Phone: login.Phone{Number: "+8613800138000", Index: "alice's"},
		}, login.NewPassword(passwordHash())))
	} else if !p.unbound {
		p.enroll()
	}
	if !p.unbound {
		p.bind()
	}
	if p.prepare != nil {
		p.prepare(p)
	}
}

// enroll stores the directory's user. The directory has another name by now.
func (p *performance) enroll() {
	p.Helper()
	_, err := p.store.EnrollUser(p.Context(), login.Profile{ID: events.UserID, Username: events.Username, Name: "Former"}, time.Now().Add(-48*time.Hour), "")
	p.must(err)
}

// bind binds alice, and notes her session in the scene.
func (p *performance) bind() {
	p.Helper()
	token := p.bindIn(events.AppID)
	p.must(p.store.NoteUnion(p.Context(), p.binding(events.AppID), "alice's"))
	p.must(p.scene.Saw([]byte(fmt.Sprintf(`{"token":%q}`, string(token.Text())))))
}

// bindIn binds alice in a mini-program, and returns the token of her session.
func (p *performance) bindIn(appID string) login.Token {
	p.Helper()
	token := login.NewToken(events.UserID)
	session := p.session(token.Hash(), 24*time.Hour)
	session.AppID = appID
	_, err := p.store.Bind(p.Context(), login.Binding{
		ID: session.BindingID, AppID: appID, OpenID: wechattest.OpenID(appID, "alice"), UserID: events.UserID,
		UnionID: wechattest.UnionID("alice"), Index: "alice's", SealedKey: "none", BoundAt: session.CreatedAt, LastLoginAt: session.CreatedAt,
	}, session)
	p.must(err)
	return token
}

// binding is alice's in a mini-program.
func (p *performance) binding(appID string) login.Binding {
	p.Helper()
	b, err := p.store.BindingByOpenID(p.Context(), appID, wechattest.OpenID(appID, "alice"))
	p.must(err)
	return b
}

// session returns a session of alice's of this age.
func (p *performance) session(hash string, age time.Duration) login.Session {
	at := time.Now().UTC().Add(-age).Truncate(time.Millisecond)
	return login.Session{
		UserID: events.UserID, TokenHash: hash, AppID: events.AppID, OpenIDHash: "alice", BindingID: "alice's",
		CreatedAt: at, SeenAt: at, IdleEnd: at.Add(login.IdleLife), AbsoluteEnd: at.Add(login.AbsoluteLife),
	}
}

func (p *performance) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}
