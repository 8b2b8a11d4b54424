// Package outbox delivers the notices that wait in login.Outbox to the platform: [Deliver] those of one user, and a [Worker] those
// of everybody, for as long as a server runs. Where they go is a [Sender]: pkg/webhook or pkg/eventbus.
//
// Each notice is delivered at least once: it is removed only after it was taken. One sender sends a user's notices in order, but
// two that run at the same time may send some of them twice, and in another order. So may a bus. docs/notices.md tells receivers
// to order by the number and to drop repeats by the id.
package outbox
