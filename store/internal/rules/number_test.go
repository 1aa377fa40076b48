package rules

import (
	"errors"
	"testing"

	"smartpos/txn"
)

func TestNumber(t *testing.T) {
	for _, terminal := range []string{"1", "T0000001", "ZZZZZZZZ"} {
		for _, seq := range []uint64{1, 42, MaxSequence} {
			no, err := Number(terminal, "0123WXYZ", seq)
			if err != nil || !no.Valid() || len(no) > 32 {
				t.Errorf("Number(%s, %d) = %q, %v", terminal, seq, no, err)
			}
			if got, ok := Sequence(no); !ok || got != seq {
				t.Errorf("Sequence(%s) = %d, %t", no, got, ok)
			}
		}
	}
	for _, seq := range []uint64{0, MaxSequence + 1, 1 << 63} {
		if no, err := Number("T1", "0123WXYZ", seq); !errors.Is(err, txn.ErrJournalFull) {
			t.Errorf("Number(%d) = %q, %v, want ErrJournalFull", seq, no, err)
		}
	}
	if _, err := Number("t1", "0123WXYZ", 1); !errors.Is(err, ErrTerminal) {
		t.Errorf("terminal t1: %v, want ErrTerminal", err)
	}
}

func TestSequenceOfWhatIsNoNumber(t *testing.T) {
	for _, no := range []txn.OrderNo{
		"", "00000001", "0123WXYZ00000001", "T10123WXYZ00000000", "T10123WXYZ0000000A", "T10123WXYZ+0000001",
		"T000000010123WXYZ000000001",
	} {
		if seq, ok := Sequence(no); ok {
			t.Errorf("Sequence(%s) = %d, want none", no, seq)
		}
	}
}

func TestIncarnation(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		i := NewIncarnation()
		if !ValidIncarnation(i) || seen[i] {
			t.Fatalf("incarnation %q", i)
		}
		seen[i] = true
	}
	for _, bad := range []string{"", "0123WXY", "0123WXYI", "0123wxyz", "0123WXYZ0"} {
		if ValidIncarnation(bad) {
			t.Errorf("%q passes for an incarnation", bad)
		}
	}
}
