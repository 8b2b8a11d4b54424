package password_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/password"
)

// Hashes as platforms have them. Those of "password" without a note are from the reference of Spring Security (Password
// Storage), those of "lètmein" from the tests of Django (tests/auth_tests/test_hashers.py), and those of "abc123" from the tests
// of Spring Security (MessageDigestPasswordEncoderTests). The others were made with Python's hashlib.
const (
	springBcrypt   = "{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG"
	springPBKDF2   = "{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc"
	springPBKDF258 = "{pbkdf2@SpringSecurity_v5_8}000102030405060708090a0b0c0d0e0fe0f65a4bf6716253d2d10a7a4b18f35cd4baf31ff031a187cd0091674905482d" // hashlib
	springScrypt   = "{scrypt}$e0801$8bWJaSu2IKSn9Z9kM+TPXfOc/9bdYSrN1oD9qfVThWEwdRTnO7re7Ei+fUZRJ68k9lTyuTeUp4of4g24hHnazw==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc="
	springScrypt58 = "{scrypt@SpringSecurity_v5_8}$100801$AAECAwQFBgcICQoLDA0ODw==$jWPkcxERY25E9gwism7ggXZkARLbUPyOZiOM5ZQx95s=" // hashlib
	springMD5      = "{MD5}{THIS_IS_A_SALT}a68aafd90299d0b137de28fb4bb68573"
	springSHA1     = "{SHA-1}{THIS_IS_A_SALT}b2f50ffcbd3407fe9415c062d55f54731f340d32"
	springSHA256   = "{SHA-256}{THIS_IS_A_SALT}4b79b7de23eb23b78cc5ede227d532b8a51f89b2ec166f808af76b0dbedc47d7"

	djangoPBKDF2     = "pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c="
	djangoPBKDF2Most = "pbkdf2_sha256$1200000$seasalt$eJ6wEiv9IJU+Ui/XaPSLGC1H1n3zof9seapLLvdME5k=" // hashlib; of "password"
	djangoPBKDF2SHA1 = "pbkdf2_sha1$390000$seasalt2$aDapRanzW8aHTz97v2TcfHzWD+I="
	djangoScrypt     = "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw=="
	djangoScrypt5    = "scrypt$16384$seasalt$8$5$ECMIUp+LMxMSK8xB/IVyba+KYGTI7FTnet025q/1f/vBAVnnP3hdYqJuRi+mJn6ji6ze3Fbb7JEFPKGpuEf5vw==" // hashlib
	djangoMD5        = "md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3"
	djangoSHA1       = "sha1$seasalt$cff36ea83f5706ce9aa7454e63e431fc726b2dc8"
)

// Each form is read, is of its kind, and lets in nobody but who has the password; what OWASP calls too weak is named.
func TestHashesOfPlatforms(t *testing.T) {
	for name, c := range map[string]struct {
		hash, password login.Hidden
		kind           string
		weak           string // what is said of it; "" if it is strong enough
	}{
		"Spring bcrypt":                    {springBcrypt, "password", "bcrypt 10", ""},
		"Spring argon2":                    {"{argon2}" + argonReference, "password", "argon2id m=65536,t=2,p=1", ""},
		"Spring argon2 of 5.8":             {"{argon2@SpringSecurity_v5_8}" + argonReference, "password", "argon2id m=65536,t=2,p=1", ""},
		"Spring PBKDF2 of 5.5":             {springPBKDF2, "password", "pbkdf2-sha1 600000", "must be with SHA-256"},
		"Spring PBKDF2 of 5.8":             {springPBKDF258, "password", "pbkdf2-sha256 600000", "at least 600000 iterations"},
		"Spring scrypt of 4.1":             {springScrypt, "password", "scrypt n=16384,r=8,p=1", "at least p=5"},
		"Spring scrypt of 5.8":             {springScrypt58, "password", "scrypt n=65536,r=8,p=1", "at least p=3"},
		"Spring MD5":                       {springMD5, "abc123", "md5", "one round of md5"},
		"Spring SHA-1":                     {springSHA1, "abc123", "sha1", "one round of sha1"},
		"Spring SHA-256":                   {springSHA256, "abc123", "sha256", "one round of sha256"},
		"Django PBKDF2 of 4.1":             {djangoPBKDF2, "lètmein", "pbkdf2-sha256 600000", "at least 600000 iterations"},
		"Django PBKDF2 of 6.0":             {djangoPBKDF2Most, "password", "pbkdf2-sha256 1200000", ""},
		"Django PBKDF2 with SHA-1":         {djangoPBKDF2SHA1, "lètmein", "pbkdf2-sha1 600000", "must be with SHA-256"},
		"Django scrypt":                    {djangoScrypt, "lètmein", "scrypt n=16384,r=8,p=1", "at least p=5"},
		"Django scrypt with parallelism":   {djangoScrypt5, "lètmein", "scrypt n=16384,r=8,p=5", ""},
		"Django bcrypt":                    {"bcrypt$" + bcryptGo, "allmine", "bcrypt 10", ""},
		"Django argon2":                    {"argon2" + argonReference, "password", "argon2id m=65536,t=2,p=1", ""},
		"Django MD5":                       {djangoMD5, "lètmein", "md5", "one round of md5"},
		"Django SHA-1":                     {djangoSHA1, "lètmein", "sha1", "one round of sha1"},
		"the least iterations of a strong": {"pbkdf2_sha256$600000$seasalt$FGmRuuHxW9M/dotzlqj+7MQMh6PO8HizVyHVdH8uf1I=", "password", "pbkdf2-sha256 600000", ""},
		"few iterations":                   {"pbkdf2_sha256$20000$seasalt$r+55pyxmKjbZk4zzvs8GbpOTmHjIJNePoTng7oOmX04=", "password", "pbkdf2-sha256 37500", "at least 600000"},
	} {
		t.Run(name, func(t *testing.T) {
			h := password.New(password.Config{})
			kind, err := h.Kind(c.hash)
			if kind != c.kind || errors.Is(err, login.ErrHashTooWeak) != (c.weak != "") || err != nil && !strings.Contains(err.Error(), c.weak) {
				t.Errorf("Kind = %q, %v", kind, err)
			}
			if ok, outdated, err := h.Verify(t.Context(), c.hash, c.password, nil); !ok || !outdated || err != nil {
				t.Errorf("the right password: %v, %v, %v", ok, outdated, err)
			}
			if ok, _, err := h.Verify(t.Context(), c.hash, c.password+"x", nil); ok || err != nil {
				t.Errorf("a wrong password: %v, %v", ok, err)
			}
		})
	}
}

// What asks for more work than bcrypt of cost 12, or cannot be what it says, is refused before anything is computed.
func TestHashesOfPlatformsThatAreNotRead(t *testing.T) {
	const key32, key64 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
	const salt16 = "AAAAAAAAAAAAAAAAAAAAAA=="
	h := password.New(password.Config{})
	for name, c := range map[string]struct{ hash, want string }{
		"PBKDF2 beyond the limit":               {"pbkdf2_sha256$1200001$MARK$" + key32, "iterations must be a number from 1 to 1200000"},
		"PBKDF2 beyond what a number holds":     {"pbkdf2_sha256$99999999999999999999$MARK$" + key32, "iterations must be"},
		"PBKDF2 without iterations":             {"pbkdf2_sha256$0$MARK$" + key32, "iterations must be"},
		"PBKDF2 of negative iterations":         {"pbkdf2_sha256$-1$MARK$" + key32, "iterations must be"},
		"PBKDF2 with a leading zero":            {"pbkdf2_sha256$01$MARK$" + key32, "iterations must be"},
		"PBKDF2 without a salt":                 {"pbkdf2_sha256$600000$$" + key32, "salt must be"},
		"PBKDF2 with an endless salt":           {"pbkdf2_sha256$600000$" + strings.Repeat("a", 65) + "$" + key32, "salt must be"},
		"PBKDF2 with a short key":               {"pbkdf2_sha256$600000$MARK$AAAA", "key must be 32"},
		"PBKDF2 with the key of another":        {"pbkdf2_sha1$600000$MARK$" + key32, "key must be 20"},
		"PBKDF2 with a line break":              {"pbkdf2_sha256$600000$MARK$" + key32[:40] + "\n" + key32[40:], "key must be"},
		"PBKDF2 cut short":                      {"pbkdf2_sha256$600000$MARK", "must be pbkdf2_sha256$"},
		"Spring PBKDF2 of another width":        {"{pbkdf2}" + strings.Repeat("00", 48), "40 bytes"},
		"Spring PBKDF2 of 5.8 of another":       {"{pbkdf2@SpringSecurity_v5_8}" + strings.Repeat("00", 40), "48 bytes"},
		"Spring PBKDF2 that is no number":       {"{pbkdf2}" + strings.Repeat("MARK", 20), "40 bytes"},
		"scrypt of too much memory":             {"scrypt$131072$MARK$8$1$" + key64, "n*r at most 524288"},
		"scrypt of too many passes":             {"scrypt$16384$MARK$8$7$" + key64, "n*r*p at most 786432"},
		"scrypt of parameters that overflow":    {"scrypt$4294967296$MARK$4294967296$4294967296$" + key64, "n*r at most"},
		"scrypt whose n is no power of two":     {"scrypt$16383$MARK$8$1$" + key64, "power of two"},
		"scrypt whose n is 1":                   {"scrypt$1$MARK$8$1$" + key64, "power of two"},
		"scrypt without r":                      {"scrypt$16384$MARK$0$1$" + key64, "power of two"},
		"scrypt without p":                      {"scrypt$16384$MARK$8$0$" + key64, "power of two"},
		"scrypt with the salt first":            {"scrypt$MARK$16384$8$1$" + key64, "power of two"},
		"scrypt with a short key":               {"scrypt$16384$MARK$8$1$AAAA", "key must be 16"},
		"Spring scrypt of too much memory":      {"{scrypt}$110801$" + salt16 + "$" + key32, "n*r at most"},
		"Spring scrypt of too many passes":      {"{scrypt}$e0807$" + salt16 + "$" + key32, "n*r*p at most"},
		"Spring scrypt of an endless n":         {"{scrypt}$ff0801$" + salt16 + "$" + key32, "hexadecimal number"},
		"Spring scrypt with r of 0":             {"{scrypt}$e0001$" + salt16 + "$" + key32, "power of two"},
		"Spring scrypt with capitals":           {"{scrypt}$E0801$" + salt16 + "$" + key32, "hexadecimal number"},
		"Spring scrypt with a short salt":       {"{scrypt}$e0801$AAAA$" + key32, "salt must be 8"},
		"Spring MD5 without a salt":             {"{MD5}5f4dcc3b5aa765d61d8327deb882cf99", "must have a salt"},
		"Spring MD5 with an empty salt":         {"{MD5}{}f1026a66095fc2058c1f8771ed05d6da", "salt must be"},
		"Spring SHA-1 with a sum of MD5":        {"{SHA-1}{MARK}5f4dcc3b5aa765d61d8327deb882cf99", "20 bytes"},
		"Django MD5 without a salt":             {"md5$$88a434c88cca4e900f7874cd98123f43", "salt must be"},
		"Django SHA-1 cut short":                {"sha1$MARK", "must be sha1$salt$sum"},
		"Spring argon2 that is none":            {"{argon2}v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + key32[:43], "must be $argon2id$"},
		"Spring bcrypt beyond the limit":        {strings.Replace(springBcrypt, "$10$", "$13$", 1), "cost must be"},
		"Spring's encoder for nothing":          {"{noop}MARK", "none of the forms"},
		"Spring's encoder within another":       {"{bcrypt}{bcrypt}" + bcryptGo, "a bcrypt hash must be"},
		"Django's password that cannot be used": {"!MARKMARKMARKMARKMARKMARKMARKMARKMARKMARK", "none of the forms"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.Kind(login.Hidden(c.hash))
			if err == nil || errors.Is(err, login.ErrHashTooWeak) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "MARK") {
				t.Fatalf("Kind = %v; want one with %q", err, c.want)
			}
			if ok, _, err := h.Verify(t.Context(), login.Hidden(c.hash), "MARK", nil); ok || err == nil {
				t.Errorf("Verify = %v, %v; want an error", ok, err)
			}
		})
	}
}

func TestKindsOfPlatformsThatAreNotRead(t *testing.T) {
	h := password.New(password.Config{})
	for name, kind := range map[string]string{
		"PBKDF2 beyond the limit":    "pbkdf2-sha256 2400000",
		"PBKDF2 that is not rounded": "pbkdf2-sha256 390000",
		"PBKDF2 below the least":     "pbkdf2-sha256 4687",
		"PBKDF2 of another function": "pbkdf2-md5 600000",
		"scrypt beyond the limit":    "scrypt n=16384,r=8,p=7",
		"scrypt with a sign":         "scrypt n=+16384,r=8,p=1",
		"scrypt in disorder":         "scrypt r=8,n=16384,p=1",
		"scrypt with a tail":         "scrypt n=16384,r=8,p=1,q=1",
		"scrypt that cannot be":      "scrypt n=-2,r=-8,p=1",
		"a digest with a parameter":  "md5 1",
		"a digest that is not read":  "md4",
	} {
		if ok, _, err := h.Verify(t.Context(), bcrypt2a, "U*U", []string{kind}); ok || err == nil {
			t.Errorf("%s: Verify = %v, %v; want an error", name, ok, err)
		}
	}
}
