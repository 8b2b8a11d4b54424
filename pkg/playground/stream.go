package playground

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/wxbind/wxbind/pkg/localgw"
)

const (
	// maxStreams is how many streams may be open.
	maxStreams = 8
	// beat is how often a stream that has nothing to say shows that it lives.
	beat = 15 * time.Second
)

// events streams the steps, and says when the view of the store has changed (text/event-stream).
func (p *Playground) events(w http.ResponseWriter, r *http.Request) {
	select {
	case p.streams <- struct{}{}:
		defer func() { <-p.streams }()
	default:
		w.Header().Set("Retry-After", "5")
		refuse(w, http.StatusServiceUnavailable, "too_many_streams", fmt.Sprintf("%d pages are open: close one", maxStreams))
		return
	}
	release, ok := localgw.Hold(r)
	defer release()
	if !ok {
		return
	}
	last, err := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64)
	s := stream{w: w, control: http.NewResponseController(w), seen: p.steps.begin(last, err == nil)}
	// The server bounds the time of a request; a stream ends with its client. The recorder of a test has no deadlines.
	s.control.SetReadDeadline(time.Time{}) //nolint:errcheck // see above
	w.Header().Set("Content-Type", "text/event-stream")
	defer p.watch.join()() //nolint:contextcheck // it watches for all streams, however long this one lasts
	beats := time.NewTicker(beat)
	defer beats.Stop()
	// The view may have changed while the client was away.
	changes := p.watch.next()
	s.send("retry: 1000\nevent: store\ndata:\n\n")
	for s.err == nil {
		next := s.steps(p.steps)
		s.flush()
		select {
		case <-next:
		case <-changes:
			changes = p.watch.next()
			s.send("event: store\ndata:\n\n")
		case <-beats.C:
			s.send(":\n\n")
		case <-r.Context().Done():
			return
		case <-p.closed:
			return
		}
	}
}

// stream is one client.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	// seen is the number of the last step that was sent.
	seen uint64
	// err is the first failure: the client has disconnected or does not read.
	err error
}

// steps sends those that are new, and returns what is closed at the next. A client that was too slow is told how many it has
// lost.
func (s *stream) steps(from *steps) (next <-chan struct{}) {
	all, lost, next := from.after(s.seen)
	if lost > 0 {
		s.send(fmt.Sprintf("event: lagged\ndata: {\"lost\":%d}\n\n", lost))
	}
	for _, e := range all {
		step := e.told()
		data, err := json.Marshal(step)
		if err != nil {
			panic(err) // steps are structs of texts and numbers
		}
		s.send(fmt.Sprintf("event: step\nid: %d\ndata: %s\n\n", step.N, data))
		s.seen = step.N
	}
	return next
}

// send writes an event, within a time of its own.
func (s *stream) send(event string) {
	if s.err != nil {
		return
	}
	limitReply(s.w)
	_, s.err = io.WriteString(s.w, event)
}

func (s *stream) flush() {
	if s.err == nil {
		limitReply(s.w)
		s.err = s.control.Flush()
	}
}
