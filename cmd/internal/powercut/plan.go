package powercut

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"smartpos/cmd/internal/board"
)

// kind is a way to pay, or not to.
type kind int

const (
	shown     kind = iota // the customer scans the display and pays
	scanned               // the terminal scans the customer's code
	cash                  // money on the counter
	cancelled             // a code that nobody pays: the cashier closes it
	left                  // the customer has it on the phone when the cashier closes it, and pays if that still goes
	refunded              // paid, and given back by the supervisor's PIN, whom somebody enrols first where there is none
	offline               // no network: a code of the terminal's own, and the answer that the customer's phone shows
	backup                // nobody pays: the terminal writes its backup
	kinds     = iota
)

var kindNames = [kinds]string{"shown", "scanned", "cash", "cancelled", "left", "refunded", "offline", "backup"}

func (k kind) String() string { return kindNames[k] }

// sale is what a cashier does for one customer.
type sale struct {
	kind  kind
	fen   int64
	cash  bool // refunded: paid in cash
	wrong bool // refunded, offline: a wrong PIN or answer comes before the right one
}

// round is what happens between power on and power off.
type round struct {
	sales []sale
	start int           // the step of the disk, counted from power on, at which the power goes; 0 for none
	point board.Point   // where the power goes; the zero Point is "at any time"
	armed int           // the action of cashier or customer before which the point counts
	pause time.Duration // at any time: that long after it
	luck  uint64        // which sectors stay
}

// never is the action before which nothing is armed.
const never = -1

// What a round's points count to: about as far as what comes in a sale.
const (
	maxSteps    = 14  // of the disk: a record is 4 to 7 steps, a sale has 3 to 5 records
	maxBytes    = 650 // of a receipt
	maxRequests = 3
	firstSteps  = 30 // of the disk, while the terminal starts and makes its journal
	laterSteps  = 12 // and while it starts with one
	backupSteps = 12 // while it writes a backup
	maxPause    = 500 * time.Millisecond
)

// firstStarts is how many rounds of a board begin with a cut while it makes its journal, and fromNowOnline the round from
// which no offline codes are made: those that nobody pays are open until they expire, a minute later.
const (
	firstStarts   = 2
	fromNowOnline = 14
)

// backupBoards is of how many boards one writes backups, each a minute of waiting: in one round a whole one, and in a later
// one another, during which the power goes.
const (
	backupBoards = 4
	wholeBackup  = 8
	cutBackup    = 16
)

// often lists each kind as often as it comes, and actions how many things cashier and customer do for one, about.
var (
	often   = []kind{shown, shown, scanned, scanned, cash, cancelled, left, refunded, refunded, offline}
	actions = [kinds]int{4, 4, 4, 4, 4, 16, 11, 1}
	// lateActions is from which of them on half of the cuts fall that would else fall into a sale as any other.
	lateActions = [kinds]int{refunded: 7, offline: 4}
)

// plan is the round of that number: the same for the same seed, whatever came of those before.
func plan(seed uint64, number int) round {
	rng := rand.New(rand.NewPCG(seed, uint64(number)))
	r := round{luck: rng.Uint64(), armed: never}
	if seed%backupBoards == 0 && (number == wholeBackup || number == cutBackup) {
		r.sales = []sale{{kind: cash, fen: 100}, {kind: backup}} // with something new to save
		if number == cutBackup {
			r.point = board.Point{What: board.PointDiskWrite, N: 1 + rng.IntN(backupSteps)}
		}
		return r
	}
	for range 1 + rng.IntN(4)/3 {
		r.sales = append(r.sales, someSale(rng, number))
	}
	last := &r.sales[len(r.sales)-1]
	switch at := rng.IntN(9); {
	case number <= firstStarts:
		r.start = 1 + rng.IntN(firstSteps)
		return r
	case at == 0:
		r.start = 1 + rng.IntN(laterSteps)
		return r
	case at < 5: // most, because most can be lost there
		r.point = board.Point{What: board.PointDiskWrite, N: 1 + rng.IntN(maxSteps)}
	case at < 7:
		r.point = board.Point{What: board.PointPrinterByte, N: 1 + rng.IntN(maxBytes)}
		if last.kind == cancelled || last.kind == left {
			last.kind = kind(rng.IntN(int(cash) + 1)) // one with a receipt
		}
	case at < 8:
		r.point = board.Point{What: board.PointRequest, N: 1 + rng.IntN(maxRequests), After: rng.IntN(2) == 0}
	default:
		r.pause = time.Duration(rng.Int64N(int64(maxPause)))
	}
	before := 0
	for _, s := range r.sales[:len(r.sales)-1] {
		before += actions[s.kind]
	}
	r.armed = rng.IntN(before + actions[last.kind])
	if late := lateActions[last.kind]; late > 0 && rng.IntN(2) == 0 {
		r.armed = before + late + rng.IntN(actions[last.kind]-late)
	}
	return r
}

func someSale(rng *rand.Rand, number int) sale {
	s := sale{kind: often[rng.IntN(len(often))], fen: 100 * (1 + rng.Int64N(9))} // one key: a key takes long
	if s.kind == offline && number >= fromNowOnline {
		s.kind = shown
	}
	s.cash, s.wrong = rng.IntN(2) == 0, rng.IntN(3) == 0
	return s
}

func (r round) String() string {
	var sales []string
	for _, s := range r.sales {
		sales = append(sales, fmt.Sprintf("%s %s", s.kind, yuan(s.fen)))
	}
	if r.start > 0 {
		return fmt.Sprintf("%s; power cut at step %d of the disk from power on", strings.Join(sales, ", "), r.start)
	}
	at := r.point.String()
	if r.point.What == "" {
		at = fmt.Sprintf("%v", r.pause.Round(time.Millisecond))
	}
	return fmt.Sprintf("%s; power cut %s from action %d on", strings.Join(sales, ", "), at, r.armed)
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }
