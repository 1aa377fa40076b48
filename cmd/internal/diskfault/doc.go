// Package diskfault lets every call that puts something on the disk fail, one after the other, under the real journal
// in a process of its own: each write, each sync of a file or a folder, each rename, from the first start on. The
// journal's code knows nothing of it: the kernel answers for the disk (package disktrace).
//
//	for n = 1, 2, 3 … until a run has fewer steps
//	  for each fault: an I/O error once, an I/O error from there on, no room once, no room from there on
//	    child: opens the journal, sells, says what was acknowledged ──▶ test
//	    step n: EIO, ENOSPC                                               │
//	    then, with a disk that works: opens, verifies, everything acknowledged is there, and sells on
//
// It is a test and nothing else: see diskfault_test.go.
package diskfault
