package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"smartpos/store/internal/rules"
	"smartpos/txn"
)

// Names of the files in a journal's folder.
const (
	// FileName is the journal itself, a bbolt database.
	FileName = "journal.db"
	// KeyName is the device key, where the caller brings none.
	KeyName = "device.key"
)

// Format is the version of the layout that this package writes. It reads all from 1 on; an older journal becomes one of
// this version by the first record that is written to it.
const Format = 4

// formatBatches is the first that keeps the batch that runs.
const formatBatches = 4

var (
	// ErrSaleBusy is returned for an intent whose sale has another order that is open, unknown, reversing or
	// paid, and for a second capture of a sale that doesn't say so. It is a [txn.ErrTransition].
	ErrSaleBusy = rules.ErrSaleBusy
	// ErrRecord is returned for a record that can't be kept: nil, too long, or an intent without an amount,
	// of another currency than its sale's, or with a number of its own. It is a [txn.ErrTransition].
	ErrRecord = rules.ErrRecord
	// ErrTerminal is returned when the terminal id doesn't fit an order number.
	ErrTerminal = rules.ErrTerminal
	// ErrKey is returned when the device key is missing or not the one that the journal was made with.
	ErrKey = txn.ErrJournalKey
	// ErrReadOnly is returned when a record is committed to a journal that was opened to be read.
	ErrReadOnly = errors.New("store: journal opened read-only")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("store: journal is closed")
)

// Config is what a journal needs to know besides its folder.
type Config struct {
	// Terminal begins the numbers of new orders: 1 to 8 characters of 0-9 A-Z. It may change from run to
	// run. Empty, the journal can be read, and refuses intents.
	Terminal string
	// Key is the device key, 32 bytes. If nil, it is read from the file "device.key" in the folder, which is
	// made when the journal is. See docs/journal.md for what that proves, and what not.
	Key []byte
	// Now stamps records; nil means [time.Now]. Nothing is ever decided by it.
	Now func() time.Time
	// LockTimeout is how long Open waits for another process; 0 means 2 s.
	LockTimeout time.Duration
	// MaxBytes is the size past which the file doesn't grow; 0 means 512 MiB.
	MaxBytes int64
	// Reserve is how many bytes are kept free beside those for each pending sale, so that what has begun can be finished;
	// 0 means 1 MiB.
	Reserve int64
	// ReadOnly opens an existing journal without ever writing to its folder.
	ReadOnly bool
}

const (
	defaultLockTimeout = 2 * time.Second
	defaultMaxBytes    = 512 << 20
)

func (cfg Config) withDefaults() Config {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.LockTimeout <= 0 {
		cfg.LockTimeout = defaultLockTimeout
	}
	if cfg.MaxBytes <= 0 {
		cfg.MaxBytes = defaultMaxBytes
	}
	if cfg.Reserve <= 0 {
		cfg.Reserve = reserveBase
	}
	return cfg
}

// Journal is a [txn.Journal] in one bbolt file. Its methods may be called from several goroutines.
type Journal struct {
	path string
	cfg  Config
	id   identity
	keys keys

	secret []byte // what keys are derived from: it goes into backups, encrypted, and nowhere else

	// mu lets one transaction at a time into bbolt, readers too. bbolt could serve readers beside a writer,
	// but a page that can't be read may strike while bbolt holds locks of its own: with nobody else inside,
	// nobody is left waiting for them.
	mu      sync.Mutex
	db      *bbolt.DB // nil when closed
	file    *os.File  // db's own, to unlock it by hand when db can't be closed any more
	broken  error     // bbolt itself was hit: it is not entered again
	damaged error     // a record or an index did not hold: nothing more is written
	plan    *plan     // of pruning, under way
	copying int       // backups that are being written: what they copy is not pruned

	visits int // keys read, counted for tests
}

var _ txn.Journal = (*Journal)(nil)

// Open opens the journal in dir, or makes one if there is none; dir is made too, with mode 0700. Another
// terminal id or another clock is nothing to it; another device key is [ErrKey].
//
// It returns [txn.ErrJournalBusy] when another process holds the journal, [txn.ErrJournalNewer] when newer
// firmware wrote it, and then has not changed a byte, [txn.ErrJournalDamaged], [txn.ErrJournalFull] when there
// is no room to make one, and [os.ErrNotExist] for a missing one in read-only mode.
func Open(dir string, cfg Config) (*Journal, error) {
	if cfg.Terminal != "" {
		if err := rules.CheckTerminal(cfg.Terminal); err != nil {
			return nil, err
		}
	}
	cfg = cfg.withDefaults()
	if !cfg.ReadOnly { // until bbolt has its lock: a restore puts another file in the place of the one that was looked at
		unlock, err := enter(dir, cfg.LockTimeout)
		if err != nil {
			return nil, fmt.Errorf("store: opening the journal in %s: %w", dir, noRoom(err))
		}
		defer unlock()
	}
	device, lost, err := prepare(dir, cfg)
	if err != nil {
		return nil, fmt.Errorf("store: opening the journal in %s: %w", dir, err)
	}
	j := &Journal{path: filepath.Join(dir, FileName), cfg: cfg}
	if err := j.open(device, lost); err != nil {
		_ = j.Close()
		return nil, fmt.Errorf("store: opening %s: %w", j.path, err)
	}
	return j, nil
}

// prepare sees to it that there is a journal, whole and of our format, before bbolt touches it. It returns
// the device key and whether one of bbolt's two meta pages is invalid.
func prepare(dir string, cfg Config) (device []byte, lost bool, err error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) && !cfg.ReadOnly {
		if err := removeLeftovers(dir); err != nil {
			return nil, false, err
		}
		device, err := deviceKey(dir, cfg.Key, true)
		if err != nil {
			return nil, false, noRoom(err)
		}
		return device, false, noRoom(create(dir, device, cfg.Now()))
	}
	if lost, err = look(path, cfg.LockTimeout); err != nil {
		return nil, false, err
	}
	if !cfg.ReadOnly { // and not before the look: in a newer journal's folder nothing is ours to judge
		if err := removeLeftovers(dir); err != nil {
			return nil, false, err
		}
	}
	device, err = deviceKey(dir, cfg.Key, false)
	return device, lost, err
}

// open lets bbolt map the file and checks what everything else hangs on.
func (j *Journal) open(device []byte, lost bool) error {
	return j.guard("open", func() error {
		db, err := bbolt.Open(j.path, fileMode, j.options())
		if err != nil {
			return openError(err)
		}
		j.db = db
		err = j.view(func(v *view) error {
			if _, err := v.format(); err != nil {
				return err
			}
			id, key, k, err := v.identity(device)
			if err != nil {
				return err
			}
			j.id, j.secret, j.keys, v.keys, v.id = id, key, k, k, id
			st, err := v.state()
			if err != nil {
				return err
			}
			if err := v.checkHead(st); err != nil {
				return err
			}
			return v.checkAnchor(st)
		})
		if err != nil || !lost || j.cfg.ReadOnly {
			return err
		}
		return j.restoreLatest()
	})
}

func (j *Journal) options() *bbolt.Options {
	return &bbolt.Options{
		Timeout:        j.cfg.LockTimeout,
		ReadOnly:       j.cfg.ReadOnly,
		MaxSize:        int(min(j.cfg.MaxBytes, 1<<31-1)), // an int has 32 bits on the smaller boards
		NoFreelistSync: false,                             // opening stays independent of the size
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			// Never O_CREATE: a journal that vanished since we looked is not replaced by an empty one.
			f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
			j.file = f
			return f, err
		},
	}
}

// Digest implements [txn.Journal]: HMAC-SHA-256 under a key of this journal's, cut to 128 bits, in hex.
func (j *Journal) Digest(code txn.PaymentCode) txn.CodeDigest { return j.keys.digest(code) }

// Order implements [txn.Journal].
func (j *Journal) Order(no txn.OrderNo) (o txn.Order, err error) {
	err = j.read("order", func(v *view) error {
		s, err := v.orderByNo(no)
		o = s.Order
		return err
	})
	return o, err
}

// Recent implements [txn.Journal].
func (j *Journal) Recent(n int) (out []txn.Order, err error) {
	err = j.read("recent", func(v *view) error {
		st, err := v.state()
		if err != nil {
			return err
		}
		for seq := st.orders; seq > st.goneOrders && len(out) < min(n, rules.MaxRecent); seq-- {
			s, err := v.order(seq)
			if err != nil {
				return err
			}
			out = append(out, s.Order)
		}
		return nil
	})
	return out, err
}

// Info describes a journal.
type Info struct {
	Path        string
	Format      int       // version of the layout
	Incarnation string    // 8 characters of Crockford's base 32, in the middle of every new order number
	Created     time.Time // by the device's clock
	Records     uint64    // sequence of the latest record
	Orders      uint64    // sequence of the latest order
	Gone        uint64    // sequence of the latest record that was pruned, or 0: the journal begins behind it
	GoneOrders  uint64    // sequence of the latest order that was pruned, or 0
	Head        [32]byte  // SHA-256 of the latest record; with no record yet, of the identity
	Bytes       int64     // size of the file
}

// Info returns what the journal says of itself.
func (j *Journal) Info() (info Info, err error) {
	err = j.read("info", func(v *view) error {
		st, err := v.state()
		if err != nil {
			return err
		}
		format, err := v.format()
		if err != nil {
			return err
		}
		incarnation, err := v.incarnation(st)
		if err != nil {
			return err
		}
		info = Info{
			Path: j.path, Format: format, Incarnation: incarnation, Created: j.id.created,
			Records: st.records, Orders: st.orders, Gone: st.gone, GoneOrders: st.goneOrders, Head: st.head, Bytes: v.tx.Size(),
		}
		return nil
	})
	return info, err
}
