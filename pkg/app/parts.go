package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/wxbind/wxbind/pkg/login"
	"github.com/wxbind/wxbind/pkg/needs"
)

// Part is something that a function stands on. The function's main passes it to Start,
// so a function links, configures and warms only what its routes need. Each part has a
// file.
type Part struct {
	// meets is the needs that it serves.
	meets needs.Set
	// add adds it to a function that has at least one of those needs.
	add func(*function) error
}

// function is a function while it is being put together.
type function struct {
	// needs is everything that its routes need.
	needs    needs.Set
	settings Settings
	// aws and transport are for all calls to AWS; see useAWS.
	aws       aws.Config
	transport http.RoundTripper
	config    login.Config
	// outbox is the store, for what delivers notices.
	outbox login.Outbox
	// steps warm the parts. The stores' step is the first.
	steps   []step
	warming atomic.Bool
}

// step warms one part. The log names it by part.
type step struct {
	part string
	do   func(context.Context) error
}

// newFunction makes a function from its parts. The error names each setting that is
// missing or wrong.
func newFunction(getenv func(string) string, needed needs.Set, parts []Part) (*function, error) {
	s, err := settingsFrom(getenv, needed)
	if err != nil {
		return nil, err
	}
	f := &function{needs: needed, settings: s}
	// Parts are added in the order of the needs: the stores first, and the secret before what reads it.
	for meets := needs.Set(1); meets <= needs.All; meets <<= 1 {
		for _, p := range parts {
			if p.meets&-p.meets != meets { // its lowest need
				continue
			}
			if err := p.add(f); err != nil {
				return nil, fmt.Errorf("settings: %w", err)
			}
		}
	}
	return f, nil
}

// checkParts says what a function's main must change. A main must bring each part that
// its routes need, and no other.
func checkParts(name string, needed needs.Set, parts []Part) error {
	var wrong []string
	var brought needs.Set
	for _, p := range parts {
		if p.meets&needed == 0 {
			wrong = append(wrong, fmt.Sprintf("functions/%s must not bring %s: none of its routes needs it", name, nameOf(p.meets)))
		}
		if p.meets&brought != 0 {
			wrong = append(wrong, fmt.Sprintf("functions/%s brings %s twice", name, nameOf(p.meets)))
		}
		brought |= p.meets
	}
	for _, need := range (needed &^ brought).Each() {
		message := fmt.Sprintf("functions/%s must bring %s", name, nameOf(need))
		if !slices.Contains(wrong, message) { // there are several tables
			wrong = append(wrong, message)
		}
	}
	for _, need := range []needs.Set{needs.WeChat, needs.Directory, needs.Pushes} {
		if needed.Has(need) && !needed.Has(needs.Secret) {
			wrong = append(wrong, fmt.Sprintf("a route of functions/%s needs %s, whose key is in the secret: it must need Secret, too", name, need))
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

// nameOf is how a main writes the part that meets a need. It does not refer to the part
// itself, because then every function would link it.
func nameOf(need needs.Set) string {
	if need&needs.Tables != 0 {
		return "app.Stores"
	}
	return "app." + need.String()
}
