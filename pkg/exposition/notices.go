package exposition

import "time"

// writeNotices writes how notices are delivered, if they are.
func (m *Metrics) writeNotices(p *page) {
	m.mu.Lock()
	stats := m.notices
	m.mu.Unlock()
	if stats == nil {
		return
	}
	s := stats()
	p.family("wxbind_outbox_users", "gauge", "Users with notices that wait for delivery to the platform.")
	p.number("wxbind_outbox_users", float64(s.Users))
	age := 0.0
	if !s.Oldest.IsZero() {
		age = max(0, time.Since(s.Oldest).Seconds())
	}
	p.family("wxbind_outbox_oldest_seconds", "gauge", "How long the oldest notice has waited; 0 if none waits.")
	p.number("wxbind_outbox_oldest_seconds", age)
	p.family("wxbind_notices_delivered_total", "counter", "Notices that the platform has taken.")
	p.count("wxbind_notices_delivered_total", s.Delivered)
	p.family("wxbind_notices_failures_total", "counter", "Attempts to deliver a user's notices that failed.")
	p.count("wxbind_notices_failures_total", s.Failed)
}
