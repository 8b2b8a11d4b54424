package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// tool is a program that a peer needs.
type tool struct {
	name string
	// debian is the package that has it in Debian and Ubuntu.
	debian string
}

var (
	redisServer    = tool{"redis-server", "redis-server"}
	mariaDBServer  = tool{"mariadbd", "mariadb-server"}
	mariaDBInstall = tool{"mariadb-install-db", "mariadb-server"}
	node           = tool{"node", "nodejs"}
	npm            = tool{"npm", "npm"}
	java           = tool{"java", "default-jdk-headless"}
	maven          = tool{"mvn", "maven"}
	strace         = tool{"strace", "strace"}
)

// find returns where a program is. Debian keeps some servers where only root looks.
func (t tool) find() (string, error) {
	if path, err := exec.LookPath(t.name); err == nil {
		return path, nil
	}
	for _, folder := range []string{"/usr/sbin", "/usr/local/sbin"} {
		path := filepath.Join(folder, t.name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed", t.name)
}

// missing names the packages of those programs that are not installed.
func missing(tools []tool) (packages []string) {
	for _, t := range tools {
		if _, err := t.find(); err != nil && !strings.Contains(strings.Join(packages, " "), t.debian) {
			packages = append(packages, t.debian)
		}
	}
	return packages
}
