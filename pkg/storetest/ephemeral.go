package storetest

import (
	"bytes"
	"time"

	"github.com/wxbind/wxbind/pkg/login"
)

// ephemeral tests the Ephemeral port.
func ephemeral(s *suite) {
	s.test("a record comes back as it was", func(t *trial) {
		for _, value := range [][]byte{[]byte("{}"), {0, 0xff, 0, '\n'}, bytes.Repeat([]byte("v"), 10<<10), {}, nil} {
			name, record := id("record")+unlike, t.record("v1")
			record.Value = value
			t.must(t.StoreRecord(t.ctx, name, record))
			t.stored(name, record)
		}
	})
	s.test("a record that does not exist is ErrRecordNotFound", func(t *trial) {
		_, err := t.LoadRecord(t.ctx, id("record"))
		t.want(err, login.ErrRecordNotFound)
	})
	s.test("a stored record replaces what was there", func(t *trial) {
		name := id("record")
		for _, version := range []string{"v1", "v2", "v2", "v1"} {
			record := t.record(version)
			t.must(t.StoreRecord(t.ctx, name, record))
			t.stored(name, record)
		}
	})
	s.test("a record past its end never looks fresh, whether forgotten yet or not", func(t *trial) {
		for _, past := range []time.Duration{time.Second, time.Hour, 24 * time.Hour} {
			name, record := id("record"), t.record("v1")
			record.ExpiresAt = t.now.Add(-past)
			t.must(t.StoreRecord(t.ctx, name, record))
			if got, err := t.LoadRecord(t.ctx, name); err == nil {
				t.sameRecord(got, record)
			} else {
				t.want(err, login.ErrRecordNotFound)
			}
		}
	})

	s.test("a swap goes through from the version that is stored", func(t *trial) {
		name := id("record")
		for _, step := range []struct{ old, version string }{{"", "v1"}, {"v1", "v2"}, {"v2", "v3"}} {
			_, err := t.SwapRecord(t.ctx, name, step.old, t.record(step.version))
			t.must(err)
			t.stored(name, t.record(step.version))
		}
	})
	s.test("a swap from another version is ErrRecordChanged with what is stored", func(t *trial) {
		name := id("record")
		t.must(t.StoreRecord(t.ctx, name, t.record("v1")))
		for _, old := range []string{"", "v0", "V1"} {
			got, err := t.SwapRecord(t.ctx, name, old, t.record("v2"))
			t.want(err, login.ErrRecordChanged)
			t.sameRecord(got, t.record("v1"))
			t.stored(name, t.record("v1"))
		}
	})
	s.test("a swap from a version where nothing is stored is ErrRecordChanged with nothing", func(t *trial) {
		name := id("record")
		got, err := t.SwapRecord(t.ctx, name, "v0", t.record("v1"))
		t.want(err, login.ErrRecordChanged)
		t.sameRecord(got, login.Record{})
		_, err = t.LoadRecord(t.ctx, name)
		t.want(err, login.ErrRecordNotFound)
	})
	s.test("a swap that is repeated counts as done", func(t *trial) {
		name := id("record")
		for _, step := range []struct{ old, version string }{{"", "v1"}, {"", "v1"}, {"v1", "v2"}, {"v1", "v2"}} {
			_, err := t.SwapRecord(t.ctx, name, step.old, t.record(step.version))
			t.must(err)
			t.stored(name, t.record(step.version))
		}
		got, err := t.SwapRecord(t.ctx, name, "", t.record("v1"))
		t.want(err, login.ErrRecordChanged) // a repeat that comes after the next swap
		t.sameRecord(got, t.record("v2"))
	})
}

// record returns a record that its version identifies.
func (t *trial) record(version string) login.Record {
	return login.Record{Version: version, Value: []byte("value of " + version), ExpiresAt: t.now.Add(time.Hour)}
}

// stored fails the test unless the stored record is this one.
func (t *trial) stored(name string, want login.Record) {
	t.Helper()
	got, err := t.LoadRecord(t.ctx, name)
	t.must(err)
	t.sameRecord(got, want)
}

// sameRecord lets ExpiresAt differ by up to a second, since a store may keep it in seconds.
func (t *trial) sameRecord(got, want login.Record) {
	t.Helper()
	if got.Version != want.Version || !bytes.Equal(got.Value, want.Value) || got.ExpiresAt.Sub(want.ExpiresAt).Abs() > time.Second {
		t.Fatalf("\n got %+v\nwant %+v", got, want)
	}
}
