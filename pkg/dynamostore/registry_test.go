package dynamostore_test

import (
	"strings"
	"testing"
)

// A users table holds far more than roles, so the scan continues from page to page.
func TestListRolesReadsPastAPage(t *testing.T) {
	s := newScene(t)
	for range 12 { // DynamoDB reads 1 MB a page
		u := s.newUser()
		u.Name = strings.Repeat("n", 100<<10)
		s.must(s.store.AddUser(t.Context(), u, passwordOf(u)))
	}
	roles, err := s.faulty.ListRoles(t.Context())
	if err != nil || len(roles) != 1 || roles[0].Name != s.role.Name {
		t.Fatalf("roles %+v, %v", roles, err)
	}
	if n := s.proxy.Requests()["Scan"]; n < 2 {
		t.Fatalf("it took %d requests", n)
	}
}
