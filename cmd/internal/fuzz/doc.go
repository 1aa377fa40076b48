// Command fuzz runs every fuzz target of the module, each for the same time, and reports what came of it:
//
//	go run ./cmd/internal/fuzz [-time 20s | -total 1h | -cpu 10m] [-workers 2] [-memory 768] [-run PATTERN] [-keep N] [PACKAGE…]
//
// One line a target: the processor time that it had, how often it was tried, how many inputs reached something new, and
// the most memory that any of its processes had. A target that finds something fails, leaves the input below its package's
// testdata/fuzz, and the others go on; the exit code is then 1. So it is with one that takes more memory than any input
// should. Nothing runs for ever: a target that does not end in time is a hang, and ends.
//
// With -cpu the time is that of the processor and adds up over many runs, in a file (-record): a host that is busy with other
// things gives each target what it is due in the end. With -total besides, the run ends by then, and the next goes on.
//
// What is found interesting is kept in Go's own cache, and the next run goes on from there. With -keep, some of it is
// copied to testdata/fuzz, where every `go test` tries it; what once failed is there by itself.
package main
