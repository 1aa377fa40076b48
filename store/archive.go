package store

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// What a backup holds once it is decrypted, big-endian (docs/journal.md draws it):
//
//	8  "POSBAKUP"
//	4  length of the manifest, n
//	n  manifest, JSON
//	   identity, as it lies in the journal
//	32 the journal's key
//	   in version 2, of a journal that was pruned:
//	4  length of the anchor, l
//	l  anchor, as it lies in the journal
//	   and for each record, from the first that is kept on
//	4  length of the record's envelope, m
//	m  envelope, as it lies in the journal
//
// The records are the journal: everything else is derived from them again. Each bears its MAC and its place in the
// chain, so a backup that was cut short, mixed up or altered shows, even to whoever could encrypt one.
const (
	archiveMagic  = "POSBAKUP"
	archiveWhole  = 1 // from the first record on
	archiveAnchor = 2 // from an anchor on
	maxManifest   = 4 << 10
	identitySize  = identityBody + 8 + macSize
)

// ErrBackup is returned for what is no backup, or not a whole one.
var ErrBackup = errors.New("store: not a whole backup")

// Manifest says what a backup holds.
type Manifest struct {
	Version     int       `json:"version"`     // of the backup's layout: 1, or 2 with an anchor
	Terminal    string    `json:"terminal"`    // that it was taken of
	Incarnation string    `json:"incarnation"` // of that terminal's next order
	Format      int       `json:"format"`      // of its journal
	Created     time.Time `json:"created"`     // when its journal was, by the device's clock
	Taken       time.Time `json:"taken"`       // when the backup was, by the device's clock
	Records     uint64    `json:"records"`     // sequence of the latest record
	Orders      uint64    `json:"orders"`      // sequence of the latest order
	Head        Head      `json:"head"`        // the latest record, or the identity if there is none

	Gone uint64 `json:"gone,omitempty"` // latest record that was pruned before: what follows is here
}

// Head is the end of a chain: SHA-256 of its latest record.
type Head [hashSize]byte

// MarshalText implements [encoding.TextMarshaler] with 64 hex digits.
func (h Head) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h[:])), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (h *Head) UnmarshalText(b []byte) error {
	if len(b) == hex.EncodedLen(len(h)) { // of more, Decode would write behind it
		if _, err := hex.Decode(h[:], b); err == nil {
			return nil
		}
	}
	return fmt.Errorf("store: %.80q is not a head", b)
}

// Short returns the head as a slip shows it: 16 hex digits in groups of four, enough to tell two chains apart.
func (h Head) Short() string { return fmt.Sprintf("%X-%X-%X-%X", h[:2], h[2:4], h[4:6], h[6:8]) }

// archive is a backup that is being read.
type archive struct {
	r        *bufio.Reader
	manifest Manifest
	id       identity
	key      []byte // the journal's
	keys     keys

	// What has been read.
	anchor       anchor
	read, orders uint64
	head         Head
	incarnation  string
	till         txn.Till
}

// archiveVersion returns the layout of a backup that begins at a.
func archiveVersion(a anchor) int {
	if a.sealed == nil {
		return archiveWhole // older firmware reads it, too
	}
	return archiveAnchor
}

// writeArchiveHead writes everything but the records.
func writeArchiveHead(w io.Writer, s source) error {
	manifest, err := json.Marshal(s.manifest)
	if err != nil {
		return err
	}
	k, err := deriveKeys(s.key, s.id)
	if err != nil {
		return err
	}
	name, err := keyName(s.key)
	if err != nil {
		return err
	}
	b := append([]byte(archiveMagic), binary.BigEndian.AppendUint32(nil, uint32(len(manifest)))...)
	b = append(append(append(b, manifest...), s.id.encode(name, k)...), s.key...)
	if s.anchor.sealed != nil {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(s.anchor.sealed))), s.anchor.sealed...)
	}
	_, err = w.Write(b)
	return err
}

// openArchive reads everything but the records.
func openArchive(r io.Reader) (*archive, error) {
	a := &archive{r: bufio.NewReader(r)}
	start, err := a.take(len(archiveMagic) + 4)
	if err != nil {
		return nil, err
	}
	if string(start[:len(archiveMagic)]) != archiveMagic {
		return nil, fmt.Errorf("%w: it does not begin as one", ErrBackup)
	}
	n := binary.BigEndian.Uint32(start[len(archiveMagic):])
	if n > maxManifest {
		return nil, fmt.Errorf("%w: a manifest of %d bytes", ErrBackup, n)
	}
	text, err := a.take(int(n))
	if err != nil {
		return nil, err
	}
	if err := a.judge(text); err != nil {
		return nil, err
	}
	id, err := a.take(identitySize)
	if err != nil {
		return nil, err
	}
	if a.key, err = a.take(keySize); err != nil {
		return nil, err
	}
	if a.id, a.keys, err = decodeIdentity(id, a.key); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBackup, err)
	}
	return a, a.begin()
}

// begin reads the anchor, if there is one, and is where the records begin then.
func (a *archive) begin() (err error) {
	a.anchor = anchor{hash: a.id.hash()}
	if a.manifest.Version == archiveAnchor {
		length, err := a.take(4)
		if err != nil {
			return err
		}
		n := binary.BigEndian.Uint32(length)
		if n > maxValue {
			return fmt.Errorf("%w: an anchor of %d bytes", ErrBackup, n)
		}
		sealed, err := a.take(int(n))
		if err != nil {
			return err
		}
		if a.anchor, err = decodeAnchor(sealed, a.keys); err != nil {
			return fmt.Errorf("%w: %w", ErrBackup, err)
		}
	}
	t, err := a.anchor.tally(a.keys, a.id)
	if err == nil && a.anchor.records != a.manifest.Gone {
		err = fmt.Errorf("its anchor is of record %d, should be of %d", a.anchor.records, a.manifest.Gone)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBackup, err)
	}
	a.read, a.orders, a.head = a.anchor.records, a.anchor.orders, a.anchor.hash
	a.incarnation, a.till = t.incarnation, t.till
	return nil
}

// judge reads the manifest.
func (a *archive) judge(text []byte) error {
	if err := json.Unmarshal(text, &a.manifest); err != nil {
		return fmt.Errorf("%w: manifest: %v", ErrBackup, err)
	}
	m := a.manifest
	switch {
	case m.Version > archiveAnchor || m.Format > Format:
		return fmt.Errorf("%w: newer firmware took it (layout %d, journal format %d): update this terminal first", ErrBackup, m.Version, m.Format)
	case m.Version < 1 || m.Format < 1 || !rules.ValidIncarnation(m.Incarnation):
		return fmt.Errorf("%w: layout %d, journal format %d, incarnation %q", ErrBackup, m.Version, m.Format, m.Incarnation)
	}
	if err := rules.CheckTerminal(m.Terminal); err != nil {
		return fmt.Errorf("%w: %w", ErrBackup, err)
	}
	return nil
}

func (a *archive) take(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(a.r, b); err != nil {
		return nil, a.broken(err)
	}
	return b, nil
}

func (a *archive) broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends after %d of %d records", ErrBackup, a.read, a.manifest.Records)
	}
	return fmt.Errorf("%w: after %d of %d records: %w", ErrBackup, a.read, a.manifest.Records, err)
}

// next returns the next record, whose MAC and place in the chain hold; its hash is the head then. After the last it
// returns [io.EOF], having seen that nothing follows and that all of it is what the manifest says.
func (a *archive) next() (envelope, error) {
	if a.read >= a.manifest.Records {
		return envelope{}, a.end()
	}
	length, err := a.take(4)
	if err != nil {
		return envelope{}, err
	}
	n := binary.BigEndian.Uint32(length)
	if n > headerSize+maxStored+macSize {
		return envelope{}, fmt.Errorf("%w: record %d of %d bytes", ErrBackup, a.read+1, n)
	}
	b, err := a.take(int(n))
	if err != nil {
		return envelope{}, err
	}
	e, err := decodeEnvelope(b, a.keys.record)
	switch {
	case err != nil:
	case e.sequence != a.read+1 || e.previous != a.head:
		err = errors.New("it stands in another's place")
	default:
		err = a.follow(e)
	}
	if err != nil {
		return envelope{}, fmt.Errorf("%w: record %d: %w", ErrBackup, a.read+1, err)
	}
	a.read, a.head = e.sequence, hashOf(b)
	return e, nil
}

// follow keeps count of what the manifest must say in the end.
func (a *archive) follow(e envelope) error {
	rec, err := e.record(a.keys)
	if err != nil {
		return err
	}
	if a.incarnation, err = follow(a.incarnation, rec); err != nil {
		return err
	}
	if e.kind == txn.TypeIntent {
		a.orders++
	}
	a.till, err = a.till.Apply(rec)
	return err
}

// end returns [io.EOF] if this is the end that the manifest says.
func (a *archive) end() error {
	m := a.manifest
	switch _, err := a.r.ReadByte(); {
	case err == nil:
		return fmt.Errorf("%w: more than the %d records that it says", ErrBackup, m.Records)
	case !errors.Is(err, io.EOF):
		return a.broken(err)
	case a.read != m.Records || a.head != m.Head || a.orders != m.Orders || a.incarnation != m.Incarnation:
		return fmt.Errorf("%w: it ends with %s, order %d of %s, and says %s, order %d of %s", ErrBackup,
			a.head.Short(), a.orders, a.incarnation, m.Head.Short(), m.Orders, m.Incarnation)
	}
	return io.EOF
}
