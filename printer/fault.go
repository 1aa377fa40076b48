package printer

import "fmt"

// Cause is why a receipt was not printed, or not surely.
type Cause uint8

// The causes. Their texts are for logs; screens have their own words in the shop's language.
const (
	Unprintable Cause = iota + 1 // the receipt or the model is wrong: see the wrapped error
	PaperOut                     // load paper
	CoverOpen                    // close the cover
	CutterStuck                  // free the cutter, then switch the printer off and on
	Hardware                     // the printer reports an error of another kind
	Offline                      // it answers but is not ready, and gives no reason (somebody holds its feed button)
	NoAnswer                     // the line works but the printer is silent: switched off, or its cable is out
	Gone                         // the line itself has vanished or failed
	Canceled                     // the caller's context ended
)

var causes = [...]string{
	Unprintable: "not printable", PaperOut: "paper out", CoverOpen: "cover open", CutterStuck: "cutter stuck",
	Hardware: "printer error", Offline: "offline", NoAnswer: "no answer", Gone: "line gone", Canceled: "canceled",
}

func (c Cause) String() string { return name(causes[:], int(c), "Cause") }

// Extent is how much of a receipt may be on paper after a fault.
type Extent uint8

// The extents. Paper does not lie: what cannot be proved is said to be possible.
const (
	// NothingPrinted is certain: no byte that leaves a mark was handed to the line.
	NothingPrinted Extent = iota

	// MaybePartial says that a part may be printed, or may yet be when the printer is mended, but not the end.
	MaybePartial

	// MaybeWhole says that all of it was handed over: nothing, a part or all may be printed, or may yet be.
	MaybeWhole
)

var extents = [...]string{
	NothingPrinted: "nothing was printed", MaybePartial: "it may be partly printed", MaybeWhole: "it may be printed whole",
}

func (e Extent) String() string { return name(extents[:], int(e), "Extent") }

func name(names []string, i int, of string) string {
	if i < len(names) && names[i] != "" {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", of, i)
}

// A Fault is what [Driver.Print] and [Driver.Status] return when they fail.
type Fault struct {
	Device string // the driver's name
	Op     string // "status", "synchronise", "print" or "confirm": what was under way
	Cause  Cause
	Extent Extent
	Status Status // the last known, where the cause is one that the printer told
	Raw    []byte // the last bytes the printer sent, at most 16
	Err    error  // the error underneath, if there is one
}

func (f *Fault) Error() string {
	s := fmt.Sprintf("%s: %s: %s; %s", f.Device, f.Op, f.Cause, f.Extent)
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	if len(f.Raw) > 0 {
		s += fmt.Sprintf(" (last heard % x)", f.Raw)
	}
	return s
}

// Unwrap returns the error underneath, so that errors.Is finds context.Canceled or the line's own errors.
func (f *Fault) Unwrap() error { return f.Err }
