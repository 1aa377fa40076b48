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
	kinds     = iota
)

var kindNames = [kinds]string{"shown", "scanned", "cash", "cancelled", "left"}

func (k kind) String() string { return kindNames[k] }

// sale is what a cashier does for one customer.
type sale struct {
	kind kind
	fen  int64
}

// round is what happens between power on and power off.
type round struct {
	sales []sale
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
	maxActions  = 4 // of one sale
	maxPause    = 500 * time.Millisecond
)

// plan is the round of that number: the same for the same seed, whatever came of those before.
func plan(seed uint64, number int) round {
	rng := rand.New(rand.NewPCG(seed, uint64(number)))
	r := round{luck: rng.Uint64()}
	for range 1 + rng.IntN(4)/3 {
		r.sales = append(r.sales, sale{kind: kind(rng.IntN(kinds)), fen: 100 * (1 + rng.Int64N(9))}) // one key: a key takes long
	}
	r.armed = rng.IntN(maxActions * len(r.sales))
	switch rng.IntN(8) {
	case 0, 1, 2, 3: // most, because most can be lost there
		r.point = board.Point{What: board.PointDiskWrite, N: 1 + rng.IntN(maxSteps)}
	case 4, 5:
		r.point = board.Point{What: board.PointPrinterByte, N: 1 + rng.IntN(maxBytes)}
		r.sales[len(r.sales)-1].kind = kind(rng.IntN(int(cash) + 1)) // one with a receipt
	case 6:
		r.point = board.Point{What: board.PointRequest, N: 1 + rng.IntN(maxRequests), After: rng.IntN(2) == 0}
	case 7:
		r.pause = time.Duration(rng.Int64N(int64(maxPause)))
	}
	return r
}

func (r round) String() string {
	var sales []string
	for _, s := range r.sales {
		sales = append(sales, fmt.Sprintf("%s %s", s.kind, yuan(s.fen)))
	}
	at := r.point.String()
	if r.point.What == "" {
		at = fmt.Sprintf("%v", r.pause.Round(time.Millisecond))
	}
	return fmt.Sprintf("%s; power cut %s from action %d on", strings.Join(sales, ", "), at, r.armed)
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }
