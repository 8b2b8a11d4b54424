package main

import (
	"go/ast"
	"syscall"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
)

// heardOf are the files whose sentences administrators read: all of them, or only their errors.
var heardOf = map[string]struct {
	files      string
	onlyErrors bool
}{
	"account":    {"../../pkg/admin/*.go", true},
	"command":    {"[a-y]*.go", false},
	"doctor":     {"../../pkg/doctor/*.go", false},
	"directory":  {"../../pkg/platform/*.go", false},
	"DynamoDB":   {"../../pkg/dynamostore/*.go", true},
	"network":    {"../../pkg/upstream/*.go", false},
	"origins":    {"../../pkg/localgw/corsorigin.go", false},
	"password":   {"../../pkg/password/*.go", true},
	"policy":     {"../../pkg/login/{secret,policyfaults,servicekeys,apikeys}.go", false},
	"proxies":    {"../../pkg/origin/{rules,settings}.go", false},
	"secret":     {"../../pkg/secrets/*.go", false},
	"the stored": {"../../pkg/secrets/{awssource,vault}/*.go", true},
	"sheet":      {"../../pkg/sheet/*.go", true},
	"SQLite":     {"../../pkg/sqlitestore/*.go", true},
	"strength":   {"../../pkg/passwordpolicy/*.go", true},
	"unknown":    {"../../pkg/app/unknownapp.go", true},
	"userfile":   {"../../pkg/userfile/*.go", true},
	"username":   {"../../pkg/username/*.go", true},
	"WeChat":     {"../../pkg/wechat/*.go", false},
}

// unheard are sentences that no administrator reads in Chinese, and why.
var unheard = map[string]string{
	"a column of type x7 does not fit into a x7": "a mistake of a program",
	"no row": "a mistake of a program",
	"password: a kind of hash must be one that Kind returns":             "a mistake of a program",
	"password: not a number within its limits":                           "those who call it say what must be",
	"password: the rounds of PBKDF2 must be 7, halved up to seven times": "a mistake of a program",
	"password: nothing was hashed: x7":                                   "of requests",
	"the work takes longer than the request has left":                    "of requests",
	"userfile: unknown format \"x7\"":                                    "the command line knows the formats",
	"the username x7":                                                    "its sentences are looked at by themselves",
	"register phone":                                                     "words of the secret",
	"register launch":                                                    "words of the secret",
	"aws dynamodb update-continuous-backups --table-name x7 --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true": "a command",
	"aws dynamodb update-time-to-live --table-name x7 --time-to-live-specification Enabled=true,AttributeName=x7":                   "a command",
	"x7; `wxbind secret app set` adds one":                                                        "its beginning is another sentence",
	"x7; give this command what serve has (WXBIND_SECRET_FILE), or put the former index key back": "its beginning is another sentence",
	"session revoke --app x7 --all":                                                               "a command",
	"store unavailable":                                                                           "for programs",
	"the store does not answer":                                                                   "of the log",
	"x7 is a mini-program of the real WeChat, and the stand-in is being served: restart wxbind":    "of the log",
	"x7 is a mini-program of the stand-in for WeChat, and real ones are being served: take it out": "of the log",
	"there is no directoryKey any more, and a directory is used":                                   "of the log",
	"expected one of ":                      "what kong says",
	"must be one of $1, and is":             "its beginning is another sentence",
	"unexpected end of JSON input":          "what Go says",
	"json: unknown field ":                  "what Go says",
	"^invalid ip ([0-9A-Fa-f.:]{2,45})[ ,]": "what WeChat says",
}

// Whoever writes a sentence in a package that administrators read is told here that its Chinese is missing.
func TestEverySentenceOfPackagesIsChineseToo(t *testing.T) {
	speaking(t, nil)
	inChinese.Store(true)
	known := map[string]bool{}
	for name, of := range heardOf {
		sentences := sentencesIn(t, of.files, of.onlyErrors)
		if len(sentences) == 0 {
			t.Errorf("%s says nothing in %s", name, of.files)
		}
		for _, s := range sentences {
			known[s] = true
			if fault := faultOfChinese(s); fault != "" && unheard[s] == "" {
				t.Errorf("%s: %q: %s", name, s, fault)
			}
		}
	}
	for s := range unheard {
		if !known[s] {
			t.Errorf("nobody says %q", s)
		}
	}
}

// The check of the test above sees what is missing.
func TestEnglishThatIsLeftIsFound(t *testing.T) {
	speaking(t, nil)
	inChinese.Store(true)
	for sentence, faulty := range map[string]bool{
		"no such role":                               false,
		"x7: the file is empty":                      false,
		"nobody has ever said this":                  true,
		"the file is empty: nobody has said this":    true,
		"the secret is not UTF-8; nobody knows this": true,
	} {
		if fault := faultOfChinese(sentence); (fault != "") != faulty {
			t.Errorf("%q: %q", sentence, fault)
		}
	}
}

// All states in tables have their Chinese: those of users, and why a session is dead.
func TestStatesAreChinese(t *testing.T) {
	files := parsedGo(t, "../../pkg/login")
	codes := constants(files)
	states := map[string]bool{"active": true}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "Dead" {
					ast.Inspect(n, func(n ast.Node) bool {
						if r, ok := n.(*ast.ReturnStmt); ok {
							if name, ok := r.Results[0].(*ast.Ident); ok {
								states[codes[name.Name]] = true
							}
						}
						return true
					})
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "EndedReason" {
					if name, ok := n.Value.(*ast.Ident); ok && codes[name.Name] != "" {
						states[codes[name.Name]] = true
					}
				}
			}
			return true
		})
	}
	for state := range states {
		if zhSessionStates[state] == "" {
			t.Errorf("no Chinese for the state %q of a session", state)
		}
	}
	for state := range zhSessionStates {
		if !states[state] && state != string(login.SessionReplaced) { // which logins hand over
			t.Errorf("no session is %q", state)
		}
	}
	for _, u := range []listed{{}, {Disabled: true}} {
		if zhUserStates[u.state()] == "" {
			t.Errorf("no Chinese for the state %q of a user", u.state())
		}
	}
}

// What the operating system says of connections is what Go says of its errors.
func TestErrnoIsSaid(t *testing.T) {
	said := map[string]bool{}
	for e := range syscall.Errno(200) {
		said[e.Error()] = true
	}
	for text := range zhErrno {
		if !said[text] {
			t.Errorf("nobody says %q", text)
		}
	}
}

// heardOfCommand are the texts of the command itself.
var heardOfCommand = heardFrom(chinese, zhKong)

// faultOfChinese says what is wrong with what a reader of Chinese reads of a sentence, "" if nothing.
func faultOfChinese(sentence string) (fault string) {
	fault = "no Chinese"
	for _, said := range []string{translate(sentence, heardOfChecks), translate(sentence, heardOfCommand), ofOthers(sentence)} {
		if said == "" {
			continue
		}
		if !isEnglish(said) {
			return ""
		}
		fault = "English is left: " + said
	}
	return fault
}
