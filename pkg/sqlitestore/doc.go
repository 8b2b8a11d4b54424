// Package sqlitestore keeps login's stores in one SQLite file: the embedded default, for one machine.
//
// Several processes may have the file open at once, such as a server and an administrator's command. Each process
// writes through one connection and takes SQLite's write lock when a transaction begins, so what the transaction has
// read still holds when it writes. Writes that wait share a transaction: see groups. Reads use other connections and
// wait for no writer. A write that was acknowledged survives a crash of the machine.
package sqlitestore
