package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/go-sql-driver/mysql" // registers the driver "mysql"

	"github.com/wxbind/wxbind/bench/people"
)

// redis starts a Redis with its default settings, or one that waits for the disk at each write.
func (s *stage) redis(ctx context.Context, durable bool) (p *process, addr string, err error) {
	program, err := redisServer.find()
	if err != nil {
		return nil, "", err
	}
	folder, err := s.sub("redis")
	if err != nil {
		return nil, "", err
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, "", err
	}
	argv := []string{program, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", folder}
	if durable {
		argv = append(argv, "--appendonly", "yes", "--appendfsync", "always")
	}
	if p, err = s.start(command{name: "redis", argv: argv, dir: folder}); err != nil {
		return nil, "", err
	}
	addr = fmt.Sprintf("127.0.0.1:%d", port)
	return p, addr, p.accepts(ctx, addr)
}

// mariaDB is a MariaDB with the people in it.
type mariaDB struct {
	*process
	addr string
}

// people starts MariaDB with its default settings, unless it is started, and fills it.
func (s *stage) people(ctx context.Context, n int) (*mariaDB, error) {
	if s.mariadb != nil {
		return s.mariadb, nil
	}
	program, err := mariaDBServer.find()
	if err != nil {
		return nil, err
	}
	install, err := mariaDBInstall.find()
	if err != nil {
		return nil, err
	}
	folder, err := s.sub("mariadb")
	if err != nil {
		return nil, err
	}
	data, start := filepath.Join(folder, "data"), filepath.Join(folder, "start.sql")
	if err := os.WriteFile(start, []byte("CREATE DATABASE IF NOT EXISTS bench CHARACTER SET utf8mb4;\n"+
		"GRANT ALL ON bench.* TO bench@'127.0.0.1' IDENTIFIED BY 'bench';\n"), 0o600); err != nil {
		return nil, err
	}
	common := []string{"--no-defaults", "--datadir=" + data}
	if os.Getuid() == 0 {
		common = append(common, "--user=root") // else it refuses root
	}
	if err := s.do(ctx, folder, append([]string{install}, append(common, "--skip-test-db", "--auth-root-authentication-method=normal")...)...); err != nil {
		return nil, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.start(command{name: "mariadb", dir: folder, argv: append([]string{program}, append(common,
		"--port="+strconv.Itoa(port), "--bind-address=127.0.0.1", "--skip-name-resolve",
		"--socket=mariadb.sock", "--pid-file=mariadb.pid", "--init-file="+start)...)})
	if err != nil {
		return nil, err
	}
	m := &mariaDB{p, fmt.Sprintf("127.0.0.1:%d", port)}
	if err := p.accepts(ctx, m.addr); err != nil {
		return nil, err
	}
	s.mariadb = m
	return m, s.fill(ctx, m, n)
}

// goDSN is MariaDB's address for Go's driver.
func (m *mariaDB) goDSN() string {
	return "bench:bench@tcp(" + m.addr + ")/bench?charset=utf8mb4&parseTime=true"
}

// fill makes the peers' tables and binds everybody.
func (s *stage) fill(ctx context.Context, m *mariaDB, n int) error {
	db, err := sql.Open("mysql", m.goDSN()+"&multiStatements=true")
	if err != nil {
		return err
	}
	defer db.Close()
	schema, err := os.ReadFile(filepath.Join(s.root, "bench", "peers", "schema.sql"))
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, string(schema)); err != nil {
		return err
	}
	const most = 1000 // rows of a statement
	for first := 0; first < n; first += most {
		var users, bindings []string
		for person := first; person < min(n, first+most); person++ {
			users = append(users, fmt.Sprintf("(%d, '%s', '%s', '%s')", person+1, people.Username(person), people.Name(person), people.Role))
			bindings = append(bindings, fmt.Sprintf("('%s', '%s', %d)", people.AppID, people.OpenID(person), person+1))
		}
		rows := "INSERT INTO users (id, username, name, roles) VALUES " + strings.Join(users, ",") + //nolint:gosec // nobody else made them up
			"; INSERT INTO bindings (app_id, openid, user_id) VALUES " + strings.Join(bindings, ",")
		if _, err := db.ExecContext(ctx, rows); err != nil {
			return err
		}
	}
	return nil
}
