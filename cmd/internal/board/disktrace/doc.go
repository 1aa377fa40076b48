// Package disktrace stops a program right before its Nth write to a folder, from outside and without its help:
// the emulated board cuts the power there. Or it lets that write fail, and a test sees what the program makes of it.
//
// A small shim starts the program. Before it becomes the program it puts a seccomp filter on itself whose
// verdict for the calls that make data durable is "ask my supervisor", and hands the supervisor the listener:
//
//	board ── starts ──▶ shim: no_new_privs, filter, SCM_RIGHTS ── execve ──▶ firmware
//	  │                                   │                                     │
//	  │◀────────── listener ──────────────┘     pwrite64, fsync, fdatasync, rename
//	  │◀───────────────── "may I?" ─────────────────────────────────────────────┤
//	  ├── not the Nth: continue ───────────────────────────────────────────────▶│
//	  ├── Fail, the Nth: EIO, ENOSPC …, and the call is never made ────────────▶│
//	  └── Arm, the Nth: SIGKILL, and no answer: the call is never made          ✝
//
// Each pwrite64, fsync and fdatasync on the watched folder or a file below it is one step, and so is each rename
// to there. So a cut can fall between the pages of a commit as well as between a commit and its acknowledgement.
// Plain write(2) is left alone: the journal does not use it, and lines and logs would pay for nothing. The program
// keeps its memory and the host its page cache, so a cut proves crash safety and not durability.
//
// # Sources
//
// seccomp(2), seccomp_unotify(2); linux/seccomp.h, linux/filter.h, linux/audit.h. Of the program's memory the
// supervisor reads only the name in a rename, so the race that seccomp_unotify(2) warns of (arguments changed after
// the check) has little to bite on here, and the filter is a stop-watch and not a guard.
package disktrace
