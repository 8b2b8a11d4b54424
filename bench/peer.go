package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// defaultPeers are the peers if PEERS names none.
const defaultPeers = "floor gin gin-durable express spring"

// peer is a program that one would write instead of wxbind.
type peer struct {
	// name is as in PEERS.
	name string
	// what it is made of, for the report.
	what string
	// durable says that its Redis waits for the disk.
	durable bool
	needs   []tool
	// jit says that it runs on a JVM, which needs a warm-up.
	jit   bool
	start func(ctx context.Context, s *stage, durable bool, n int) (*server, error)
	// lacks is what wxbind does and this does not, besides what all lack.
	lacks []string
}

// allLack is what wxbind does, and none of its peers.
var allLack = []string{
	"the repeat of a request whose answer was lost: WeChat has seen the code, so the person is refused and the client has to start anew",
	"the touch of the binding: nobody sees when it was last used",
	"the session_key sealed: whoever reads Redis, a dump of it or a backup has it",
	"tokens hashed where they are stored: whoever reads Redis can be anybody",
	"bounded sessions: each launch adds a token that lives for 7 days, and none replaces another",
	"ending sessions: nothing finds the tokens of a user who is disabled, logs out everywhere or changes the password",
	"limits on made-up codes: whoever sends them spends the mini-program's calls to WeChat",
	"a line of audit and metrics for each request, and whose fault a failure is",
	"a second try when WeChat is busy (-1), and when the AppSecret was changed",
}

// lacksDurability is what a peer with a Redis of default settings lacks.
const lacksDurability = "tokens that survive a crash: Redis saves now and then, and what was answered since then is lost"

var peers = []peer{
	{
		name: "floor", what: "the least: Go, three rows and the user in one durable transaction that waiting logins share, and nothing else",
		start: startFloor,
	},
	{
		name: "gin", what: "gin, silenceper/wechat, GORM and MariaDB, go-redis and Redis",
		needs: []tool{redisServer, mariaDBServer, mariaDBInstall}, start: startGin,
		lacks: []string{"the AppSecret kept out of the log: it is in the URL of the error when WeChat cannot be reached"},
	},
	{
		name: "express", what: "Express, axios, mysql2 and MariaDB, ioredis and Redis",
		needs: []tool{redisServer, mariaDBServer, mariaDBInstall, node, npm}, start: startExpress,
	},
	{
		name: "spring", what: "Spring Boot, WxJava, MyBatis and MariaDB, Lettuce and Redis",
		needs: []tool{redisServer, mariaDBServer, mariaDBInstall, java, maven}, jit: true, start: startSpring,
	},
}

// peerNamed finds a peer by its name in PEERS.
func peerNamed(name string) (peer, error) {
	plain, durable := strings.CutSuffix(name, "-durable")
	for _, p := range peers {
		if p.name != plain || durable && len(p.needs) == 0 {
			continue
		}
		if durable {
			p.name, p.durable, p.what = name, true, p.what+" with appendfsync always"
		} else if len(p.needs) > 0 {
			p.lacks = append(slices.Clone(p.lacks), lacksDurability)
		}
		if packages := missing(p.needs); len(packages) > 0 {
			return peer{}, fmt.Errorf("%s needs programs that are not installed (Debian: apt-get install %s); to measure without it, name the others, as in PEERS=\"floor gin\"",
				name, strings.Join(packages, " "))
		}
		return p, nil
	}
	return peer{}, fmt.Errorf("PEERS: there is no %q; there are %s", name, defaultPeers)
}

func startFloor(ctx context.Context, s *stage, _ bool, n int) (*server, error) {
	if _, err := s.build(ctx, "bench", "./peers/floor"); err != nil {
		return nil, err
	}
	folder, err := s.sub("floor")
	if err != nil {
		return nil, err
	}
	return serveFloor(ctx, s, folder, n)
}

// serveFloor serves a folder, which it fills if it is new. Before holds a program that runs it, with its arguments.
func serveFloor(ctx context.Context, s *stage, folder string, n int, before ...string) (*server, error) {
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.start(command{
		name: "floor", argv: append(before, filepath.Join(s.cache, "bin", "floor")),
		env: append(s.programEnvironment(), "ADDR="+addr, "FLOOR_DB="+filepath.Join(folder, "floor.db"), "FLOOR_PEOPLE="+strconv.Itoa(n)),
	})
	if err != nil {
		return nil, err
	}
	return &server{addr: addr, folder: folder, parts: []*process{p}}, p.accepts(ctx, addr)
}

func startGin(ctx context.Context, s *stage, durable bool, n int) (*server, error) {
	program, err := s.build(ctx, "bench", "./peers/gin")
	if err != nil {
		return nil, err
	}
	return s.besideStores(ctx, durable, n, func(m *mariaDB, addr string) command {
		return command{name: "gin", argv: []string{program}, env: []string{"MYSQL_DSN=" + m.goDSN(), "ADDR=" + addr}}
	})
}

func startExpress(ctx context.Context, s *stage, durable bool, n int) (*server, error) {
	folder, err := s.copied("express")
	if err != nil {
		return nil, err
	}
	if err := s.do(ctx, folder, "npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		return nil, err
	}
	return s.besideStores(ctx, durable, n, func(m *mariaDB, addr string) command {
		return command{
			name: "node", argv: []string{"node", "server.js"}, dir: folder,
			env: []string{"NODE_ENV=production", "MYSQL_URL=mysql://bench:bench@" + m.addr + "/bench?charset=utf8mb4", "ADDR=" + addr},
		}
	})
}

func startSpring(ctx context.Context, s *stage, durable bool, n int) (*server, error) {
	folder, err := s.copied("spring")
	if err != nil {
		return nil, err
	}
	if err := s.do(ctx, folder, "mvn", "--quiet", "--batch-mode", "--no-transfer-progress", "package"); err != nil {
		return nil, err
	}
	return s.besideStores(ctx, durable, n, func(m *mariaDB, addr string) command {
		_, port, _ := strings.Cut(addr, ":")
		return command{
			name: "java", argv: []string{"java", "-jar", filepath.Join(folder, "target", "peer.jar")},
			env: []string{"JDBC_URL=jdbc:mariadb://" + m.addr + "/bench?user=bench&password=bench", "PORT=" + port},
		}
	})
}

// besideStores starts a peer beside MariaDB and a Redis of its own.
func (s *stage) besideStores(ctx context.Context, durable bool, n int, of func(m *mariaDB, addr string) command) (*server, error) {
	m, err := s.people(ctx, n)
	if err != nil {
		return nil, err
	}
	redis, redisAddr, err := s.redis(ctx, durable)
	if err != nil {
		return nil, err
	}
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	c := of(m, addr)
	c.env = append(append(c.env, s.programEnvironment()...), "REDIS_ADDR="+redisAddr)
	p, err := s.start(c)
	if err != nil {
		return nil, err
	}
	return &server{addr: addr, parts: []*process{p, redis, m.process}}, p.accepts(ctx, addr)
}
