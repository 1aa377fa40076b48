package boot

import "io"

// NewSocket is a terminal's socket on a pulse and on files of a test's own.
func NewSocket(pulse io.Writer, read func(string) ([]byte, error)) *Socket {
	return &Socket{pulse: &Pulse{w: pulse}, read: read}
}

// What the tests of this folder look into.
var (
	FileSystem = fileSystem
	DisksIn    = disksIn
	WriteFile  = (&linux{}).WriteFile
)
