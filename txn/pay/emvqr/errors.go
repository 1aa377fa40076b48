package emvqr

import (
	"errors"
	"fmt"
)

var (
	// ErrSyntax is returned when a payload is no sequence of data objects: characters that are no id, length
	// or tag, text that is not UTF-8 or not base64, characters that are not graphic.
	ErrSyntax = errors.New("not a sequence of data objects")

	// ErrTruncated is returned when a payload ends inside a data object.
	ErrTruncated = errors.New("cut short")

	// ErrTooLong is returned when a payload is longer than the codec or the specification allows.
	ErrTooLong = errors.New("too long")

	// ErrDuplicate is returned when a data object stands twice where it may stand once.
	ErrDuplicate = errors.New("there twice")

	// ErrMissing is returned when a data object is not there that must be.
	ErrMissing = errors.New("missing")

	// ErrPosition is returned when a data object stands where it may not.
	ErrPosition = errors.New("in the wrong place")

	// ErrCondition is returned when a data object contradicts another one.
	ErrCondition = errors.New("contradicts another data object")

	// ErrValue is returned when a value has a length, a character or a meaning that its data object does not
	// allow.
	ErrValue = errors.New("value not allowed")

	// ErrCRC is returned when the checksum of a merchant's code is not that of its text.
	ErrCRC = errors.New("wrong CRC")
)

// Error says which data object is wrong, and how.
type Error struct {
	Path   string // ids or tags from the root, "62.05", "61.9F26"; empty for the payload as a whole
	Name   string // the data object's name in the specification; empty for the payload as a whole
	Offset int    // where the object begins, in characters (MPM) or in bytes after base64 (CPM); -1 if nowhere
	Err    error  // one of this package's errors, with what is wrong; never a value of a consumer's code
}

// Error implements error.
func (e *Error) Error() string {
	where := ""
	if e.Offset >= 0 {
		where = fmt.Sprintf(" at %d", e.Offset)
	}
	if e.Path == "" {
		return fmt.Sprintf("emvqr: payload%s: %v", where, e.Err)
	}
	return fmt.Sprintf("emvqr: %s (%s)%s: %v", e.Path, e.Name, where, e.Err)
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// wrong adds to one of this package's errors what exactly is wrong.
func wrong(kind error, format string, args ...any) error {
	return fmt.Errorf("%w: %s", kind, fmt.Sprintf(format, args...))
}

// whole reports an error of the payload itself.
func whole(offset int, kind error, format string, args ...any) error {
	return &Error{Offset: offset, Err: wrong(kind, format, args...)}
}
