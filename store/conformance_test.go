package store

import (
	"testing"

	"smartpos/store/storetest"
	"smartpos/txn"
)

func TestJournal(t *testing.T) {
	storetest.Run(t, func(t *testing.T) txn.Journal { return open(t, t.TempDir()) })
}
