package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/wxbind/wxbind/bench/people"
)

// passwordHash is everybody's, at the minimum costs that an import takes. Nobody knows the password.
const passwordHash = "$argon2id$v=19$m=19456,t=2,p=1$d3hiaW5kIGJlbmNobWFyaw$3zHnDrVHNBNz6ZzJ1W6pFqlMyzXOvuvB0wrWKfNFAFs"

// wxbindOf prepares a folder with that many people who are bound, and serves it.
func wxbindOf(ctx context.Context, s *stage, n int) (*server, error) {
	program, err := s.build(ctx, ".", "./cmd/wxbind")
	if err != nil {
		return nil, err
	}
	folder, err := s.sub("wxbind")
	if err != nil {
		return nil, err
	}
	roles, users := filepath.Join(folder, "roles.json"), filepath.Join(folder, "users.csv")
	if err := os.WriteFile(roles, []byte(`{"roles":[{"name":"`+people.Role+`","menus":[]}]}`), 0o600); err != nil {
		return nil, err
	}
	if err := writeUsers(users, n); err != nil {
		return nil, err
	}
	first, err := serveWxbind(ctx, s, folder) // which makes the store
	if err != nil {
		return nil, err
	}
	if err := s.do(ctx, folder, program, "role", "set", "--data", folder, roles); err != nil {
		return nil, err
	}
	if err := s.do(ctx, folder, program, "user", "import", "--data", folder, users); err != nil {
		return nil, err
	}
	first.stop()
	if err := bindAll(ctx, filepath.Join(folder, "wxbind.db"), n); err != nil {
		return nil, err
	}
	return serveWxbind(ctx, s, folder)
}

// serveWxbind serves a folder that is prepared. Before holds a program that runs it, with its arguments.
func serveWxbind(ctx context.Context, s *stage, folder string, before ...string) (*server, error) {
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	program := filepath.Join(s.cache, "bin", "wxbind")
	p, err := s.start(command{
		name: "wxbind", argv: append(before, program, "serve", "--addr", addr, "--data", folder), env: s.programEnvironment(),
	})
	if err != nil {
		return nil, err
	}
	return &server{addr: addr, folder: folder, parts: []*process{p}}, p.accepts(ctx, addr)
}

// programEnvironment tells a server the mini-program and WeChat's address.
func (s *stage) programEnvironment() []string {
	return []string{"WX_APPID=" + people.AppID, "WX_APPSECRET=" + people.AppSecret, "WECHAT_API_BASE=" + s.wechat.url}
}

// writeUsers writes a file for `wxbind user import`.
func writeUsers(path string, n int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	fmt.Fprintln(out, "username,name,roles,passwordHash")
	for person := range n {
		fmt.Fprintf(out, "%s,%s,%s,\"%s\"\n", people.Username(person), people.Name(person), people.Role, passwordHash)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return file.Close()
}

// sealedKey has the length of a sealed session_key. The first login replaces it unread.
var sealedKey = "k1." + strings.Repeat("A", 70)
