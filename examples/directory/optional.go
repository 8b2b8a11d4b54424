package main

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"sync"
)

// The optional operations: who has a phone number, and a new user. Without them wxbind offers the password alone.

var writing sync.Mutex

func init() {
	http.Handle("POST /byPhone", signed(byPhone))
	http.Handle("POST /register", signed(register))
}

// byPhone is where a platform decides whether the number still stands for the user, and whether they are let into the
// mini-program in["appId"].
func byPhone(users map[string]user, in map[string]string) (int, any) {
	for _, u := range users {
		if in["phone"] != "" && u.Profile["phone"] == in["phone"] {
			return http.StatusOK, u.Profile
		}
	}
	return refuse(http.StatusNotFound, "user_not_found")
}

// register makes nobody twice: neither for one registrationId nor for one number. The file is read again under the lock, as a
// database would check both in its transaction.
func register(users map[string]user, in map[string]string) (int, any) {
	writing.Lock()
	defer writing.Unlock()
	users = map[string]user{}
	if text, err := os.ReadFile(*file); err != nil || json.Unmarshal(text, &users) != nil {
		return refuse(http.StatusInternalServerError, "internal")
	}
	if status, profile := byPhone(users, in); status == http.StatusOK {
		return status, profile
	}
	name := ""
	for username, u := range users {
		if u.RegistrationID == in["registrationId"] {
			name = username
		}
	}
	u := users[name]
	if name == "" {
		id := rand.Text()
		name = "wx-" + id
		u = user{RegistrationID: in["registrationId"], Profile: map[string]any{"id": id, "username": name, "name": "", "roles": []string{}, "disabled": false}}
	}
	if in["phone"] != "" {
		u.Profile["phone"] = in["phone"] // WeChat has just confirmed it
	}
	users[name] = u
	if text, err := json.MarshalIndent(users, "", "  "); err != nil || os.WriteFile(*file+".new", text, 0o600) != nil || os.Rename(*file+".new", *file) != nil {
		return refuse(http.StatusInternalServerError, "internal")
	}
	return http.StatusOK, u.Profile
}
