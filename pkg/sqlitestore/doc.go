// Package sqlitestore keeps login's stores in one SQLite file: the embedded
// default, for one machine.
//
// Several processes may have the file open at the same time, as a server and an
// administrator's command do. Writes go through one connection of each process
// and take SQLite's write lock when they begin, so that what a transaction read
// still holds when it writes. Reads go through connections of their own and wait
// for no writer. What was answered as written survives a crash of the machine.
package sqlitestore
