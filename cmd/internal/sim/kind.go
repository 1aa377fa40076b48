package sim

// Kind is a kind of thing that goes wrong. Each must occur in a day or other of a run: one that does not is tested by
// nothing.
type Kind int

// The kinds.
const (
	PlugPulled Kind = iota
	CutBetween
	CutPrinting
	CutBefore // the five of a commit, as in cut
	CutPart
	CutNoMeta
	CutTorn
	CutAfter
	CutMending
	CutPruning
	DiskSlow
	DiskCrawls
	DiskFull
	DiskBroken
	ClockAhead
	ClockBack
	ClockFar
	LineCut
	NotSent
	LostThere
	LostBack
	Garbled
	LateThere
	LateAnswer
	SystemFault
	RefusedAtDoor
	Twice
	TwiceSecond
	TwiceLost
	WrongAnswer
	PaperNothing
	PaperPart
	PaperWhole
	Mashed
	WrongPIN
	WrongCode
	Thief
	Overlooked
	PINLocked
	OfflineEnded
	OfflineRenewed
	BackupTaken
	BoardDead
	Pruned
	kinds
)

var kindNames = [kinds]string{
	PlugPulled:     "the plug is pulled",
	CutBetween:     "power cut between two effects",
	CutPrinting:    "power cut while it prints",
	CutBefore:      "power cut at a commit, nothing of it on disk",
	CutPart:        "power cut at a commit, part of its data on disk",
	CutNoMeta:      "power cut at a commit, its data on disk without the meta page",
	CutTorn:        "power cut at a commit, its meta page torn",
	CutAfter:       "power cut at a commit, all of it on disk",
	CutMending:     "power cut while the journal is mended",
	CutPruning:     "power cut while the journal is pruned",
	DiskSlow:       "the disk takes seconds",
	DiskCrawls:     "the disk takes its time for each write",
	DiskFull:       "the disk is nearly full",
	DiskBroken:     "the disk takes no more writes",
	ClockAhead:     "the clock jumps ahead",
	ClockBack:      "the clock jumps back",
	ClockFar:       "the clock jumps by hours",
	LineCut:        "the line is cut",
	NotSent:        "a request is not sent",
	LostThere:      "a request is lost on its way",
	LostBack:       "an answer is lost on its way",
	Garbled:        "an answer is garbled",
	LateThere:      "a request comes when nobody waits any more",
	LateAnswer:     "an answer takes its time",
	SystemFault:    "the network has a fault",
	RefusedAtDoor:  "the network refuses us at the door",
	Twice:          "a request comes twice",
	TwiceSecond:    "a request comes twice, and the second one is answered",
	TwiceLost:      "a request comes twice, and is not answered",
	WrongAnswer:    "an answer is about something else",
	PaperNothing:   "the printer stops before a slip",
	PaperPart:      "the printer stops in mid-slip",
	PaperWhole:     "the printer stops at the end of a slip",
	Mashed:         "keys are mashed",
	WrongPIN:       "a wrong PIN",
	WrongCode:      "a wrong answer to an offline code",
	Thief:          "a thief knows the answer to an offline code",
	Overlooked:     "the cashier calls an offline code paid that is not",
	PINLocked:      "the PIN is locked",
	OfflineEnded:   "offline codes end by wrong answers",
	OfflineRenewed: "offline codes are renewed",
	BackupTaken:    "a backup is taken",
	BoardDead:      "the board dies, and a new one takes over from the backup",
	Pruned:         "the journal is pruned",
}

func (k Kind) String() string { return kindNames[k] }

// Missing lists the kinds that have not occurred.
func (r Result) Missing() (names []string) {
	for k, n := range r.Kinds {
		if n == 0 {
			names = append(names, Kind(k).String())
		}
	}
	return names
}

// Add adds what another day amounted to.
func (r *Result) Add(day Result) {
	r.Sales += day.Sales
	r.Orders += day.Orders
	r.Paid += day.Paid
	r.Refunded += day.Refunded
	r.Offline += day.Offline
	r.Commits += day.Commits
	r.Restarts += day.Restarts
	r.Length += day.Length
	for k, n := range day.Kinds {
		r.Kinds[k] += n
	}
}
