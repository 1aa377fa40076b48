package qemu

import (
	"context"
	"errors"
	"time"
)

// Every wait has an end, whatever the caller's context says.
const (
	startTimeout   = 20 * time.Second // from QEMU's start to its answers on every socket
	commandTimeout = 20 * time.Second // one QMP or qtest command
	stateTimeout   = 60 * time.Second // saving or loading a machine's memory
	writeTimeout   = 5 * time.Second  // for QEMU to take what is sent to it
	reapTimeout    = 5 * time.Second  // for a killed QEMU to be gone
)

// bounded gives a context a deadline if it has none.
func bounded(ctx context.Context, most time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, most)
}

// isAny reports whether an error is one of several.
func isAny(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
