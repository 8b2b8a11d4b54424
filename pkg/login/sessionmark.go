package login

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"
)

// SessionMark is what a binding knows of a session that was opened under it. It is enough to choose the
// sessions that a login ends, without reading them.
type SessionMark struct {
	TokenHash string
	// OpenedAt is the session's CreatedAt. A store may cut it to seconds.
	OpenedAt time.Time
	// Device is the DeviceTag of the session's device.
	Device uint16
	// Ended says that somebody has ended the session. If it is false nobody need have noted it here.
	Ended bool
}

// DeviceTag stands for a device in a mark. Different devices may share one, which makes them one device
// to the choice of sessions that end.
func DeviceTag(device string) uint16 {
	sum := sha256.Sum256([]byte(device))
	return binary.BigEndian.Uint16(sum[:])
}

// Mark is the mark of a session.
func (s Session) Mark() SessionMark {
	return SessionMark{TokenHash: s.TokenHash, OpenedAt: s.CreatedAt, Device: DeviceTag(s.Device), Ended: s.EndedReason != ""}
}

// room is what becomes of the sessions under a binding when one more is opened.
type room struct {
	// sessions are the marks that stay, with that of the new session.
	sessions []SessionMark
	// ended and forgotten are token hashes.
	ended, forgotten []string
}

// makeRoom chooses the sessions that a new one replaces: the one whose token the launch has shown; for a pre-fetched one the
// pre-fetched ones of before; and those for which there is no place. The device that has most of the places loses its oldest
// session, so that ten launches of a phone do not log a tablet out. Of those that have ended, the last MaxDeadSessions are kept.
// It ends and forgets at most maxTidied each; the next login does the rest.
func (b Binding) makeRoom(fresh Session, shown string, now time.Time) room {
	r := room{sessions: []SessionMark{fresh.Mark()}}
	var live, dead []SessionMark
	for _, m := range b.Sessions {
		switch {
		case m.TokenHash == fresh.TokenHash && m.Ended: // a repeat of what others have replaced: it takes no place
			return room{sessions: b.Sessions}
		case m.TokenHash == fresh.TokenHash: // a repeat has stored it
		case !now.Before(m.OpenedAt.Add(AbsoluteLife)): // the store has forgotten it, or will
		case m.Ended:
			dead = append(dead, m)
		default:
			live = append(live, m)
		}
	}
	oldestFirst(live)
	end := func(i int) {
		m := live[i]
		live = slices.Delete(live, i, i+1)
		m.Ended = true
		dead = append(dead, m)
		r.ended = append(r.ended, m.TokenHash)
	}
	if i := slices.IndexFunc(live, func(m SessionMark) bool { return m.TokenHash == shown }); i >= 0 {
		end(i)
	}
	if fresh.Device == PrefetchDevice { // nobody but the newest launch reads what was fetched before it
		// There are several if they were fetched at the same time.
		for i := len(live) - 1; i >= 0 && len(r.ended) < maxTidied; i-- {
			if live[i].Device == r.sessions[0].Device {
				end(i)
			}
		}
	}
	for len(live) >= MaxSessions && len(r.ended) < maxTidied {
		end(surplus(live, r.sessions[0].Device))
	}
	gone := min(max(len(dead)-MaxDeadSessions, 0), maxTidied)
	for _, m := range dead[:gone] {
		r.forgotten = append(r.forgotten, m.TokenHash)
	}
	r.sessions = slices.Concat(r.sessions, live, dead[gone:])
	// What is forgotten need not end first.
	r.ended = slices.DeleteFunc(r.ended, func(hash string) bool { return slices.Contains(r.forgotten, hash) })
	return r
}

// surplus returns the index of the live session that gives its place to one of the device fresh: the oldest
// of the device that has most. live is sorted, the oldest first.
func surplus(live []SessionMark, fresh uint16) int {
	places := map[uint16]int{fresh: 1}
	for _, m := range live {
		places[m.Device]++
	}
	most := 0
	for i, m := range live {
		if places[m.Device] > places[live[most].Device] {
			most = i
		}
	}
	return most
}

func oldestFirst(marks []SessionMark) {
	slices.SortStableFunc(marks, func(a, b SessionMark) int {
		return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.TokenHash, b.TokenHash))
	})
}
