package txn

// Backup asks for a backup of the journal onto the USB stick. It ends in [BackedUp], in every case. There is one at a
// time.
type Backup struct{}

func (Backup) effect() {}

// StickChanged says how far the USB stick can be used from now on. At a start there is none.
type StickChanged struct {
	State StickState
	Spare bool // another one is in, too, and is not used
}

// StickState is how far the USB stick can be used.
type StickState string

// The states.
const (
	StickNone     StickState = ""
	StickReady    StickState = "ready"
	StickReadOnly StickState = "read-only" // bills can be read from it
	StickUnknown  StickState = "unknown"   // its file system is none that is taken
	StickBroken   StickState = "broken"    // it can't be read
	StickSilent   StickState = "silent"    // it does not answer
)

// BackingUp says that a backup is being written onto the stick, asked for or not: it must not be pulled out.
type BackingUp struct{}

// BackedUp ends a [Backup], and a [BackingUp] that nobody asked for. Where nothing went wrong the file was read back from
// the medium, is what was written, and the stick may be pulled out.
type BackedUp struct {
	Unasked bool          // nobody asked for it
	Trouble BackupTrouble // empty: nothing
	File    string        // its name
	Bytes   int64
	Records uint64 // of the journal that it holds
}

// BackupTrouble is why there is no backup.
type BackupTrouble string

// The troubles. Where the stick was not fit from the start, it is that state.
const (
	BackupNoStick  BackupTrouble = "no-stick"
	BackupNoKey    BackupTrouble = "no-key"    // the profile names no recovery key
	BackupFull     BackupTrouble = "full"      // no room on the stick
	BackupReadOnly BackupTrouble = "read-only" // it takes no writes
	BackupPulled   BackupTrouble = "pulled"    // it was pulled out meanwhile
	BackupWrong    BackupTrouble = "wrong"     // the stick gives back something else than was written
	BackupStick    BackupTrouble = "stick"     // it fails in another way
	BackupUnknown  BackupTrouble = "unknown"   // its file system is none that is taken
	BackupSilent   BackupTrouble = "silent"    // it does not answer
	BackupBeside   BackupTrouble = "beside"    // it is the medium of the data
	BackupJournal  BackupTrouble = "journal"   // the journal can't be read
)

func (StickChanged) event() {}
func (BackingUp) event()    {}
func (BackedUp) event()     {}
