package needs_test

import (
	"math/bits"
	"testing"

	"github.com/wxbind/wxbind/pkg/needs"
)

// A set is bits: two needs of one bit would be met by each other's part.
func TestEachNeedIsABitOfItsOwn(t *testing.T) {
	var met needs.Set
	for _, need := range needs.All.Each() {
		if bits.OnesCount16(uint16(need)) != 1 || met&need != 0 {
			t.Errorf("%s is %b, beside %b", need, need, met)
		}
		met |= need
	}
	if met != needs.All {
		t.Errorf("of %b the bits %b have no meaning", needs.All, needs.All&^met)
	}
}

func TestStringNamesTheNeeds(t *testing.T) {
	for set, want := range map[needs.Set]string{
		0:                             "",
		needs.Token:                   "Sessions, Users",
		needs.Secret | needs.Bindings: "Bindings, Secret",
	} {
		if got := set.String(); got != want {
			t.Errorf("%b is %q, want %q", set, got, want)
		}
	}
}
