package sim

import (
	"time"

	"smartpos/store"
	"smartpos/txn"
)

// tick is how often the machine is told that time passes: the longest that its loop may take.
const (
	tick     = 250 * time.Millisecond
	calmTick = time.Second
)

// terminal is one run of the firmware, from power on to power off: the machine, and what its loop and workers do with
// its effects, each in the world's time.
type terminal struct {
	w       *world
	m       *txn.Machine
	store   *store.Journal
	journal txn.Journal // the store, or what a test has put in front of it
	boot    time.Duration
	skew    time.Duration // of its wall clock
	dead    bool

	unwritable bool // its disk takes no more writes
	full       bool // … or not many more
	crawls     bool // it takes its time for each write
	damaged    bool // upkeep has found that the journal is

	screen   txn.Screen
	commits  []txn.Commit
	writing  bool
	printing bool
}

// config is a shop like many others, with the times of the defaults.
func config() txn.Config {
	return txn.Config{
		Terminal: "T01", Operator: "01", Language: txn.Chinese, Sandbox: true, Printer: true, Drawer: true, Scanner: true,
		Merchant: txn.Merchant{Name: "惠民便利店", NameEN: "Huimin Store", Number: "M1", Footer: "谢谢惠顾"},
		Networks: []txn.NetworkConfig{
			{ID: txn.WeChat, Name: "微信支付", NameEN: "WeChat Pay", Short: "微信"},
			{ID: txn.Alipay, Name: "支付宝", NameEN: "Alipay", Short: "支付宝", Timing: txn.Timing{
				PollShow: 3 * time.Second, PollFirst: 5 * time.Second, PollScan: 3 * time.Second,
				ScanLimit: 45 * time.Second, AskFirst: true,
			}},
			{ID: txn.UnionPay, Name: "云闪付", NameEN: "UnionPay", Short: "云闪付"},
			{ID: txn.Aggregator, Name: "聚合支付", NameEN: "Aggregator", Short: "聚合"},
		},
		Default: txn.WeChat, MaxAmount: txn.Yuan(5000000), Copies: 2, ReceiptQR: true,
		ShowExpiry: 120 * time.Second, Margin: 60 * time.Second, ScanWindow: 30 * time.Second,
		Timing: txn.Timing{
			PollShow: 3 * time.Second, PollScan: 5 * time.Second, ScanLimit: 45 * time.Second, Reverse: 15 * time.Second,
		},
		MaxBackoff: time.Minute, Linger: 20 * time.Second, Reaction: 300 * time.Millisecond,
		RefundSettle: 10 * time.Second, // and no AskLimit: nobody here has a bill to rule by
		Offline:      offlineConfig(),
	}
}

// begin starts the machine on what the journal knows.
func (t *terminal) begin(start txn.Start) {
	if t.w.opt.broken.start != nil {
		start = t.w.opt.broken.start(start)
	}
	t.m = txn.New(config(), start, t.time())
	t.beat()
	t.askPrinter()
	t.askRoom()
	t.w.after(pruneEvery, t.upkeep)
}

func (t *terminal) wall() time.Time { return t.w.wall().Add(t.skew) }
func (t *terminal) time() txn.Time  { return txn.Time{Wall: t.wall(), Mono: t.w.now - t.boot} }

// skewed reports whether the clock is too wrong for signatures.
func (t *terminal) skewed() bool { return t.skew.Abs() > 5*time.Minute }

func (t *terminal) beat() {
	if !t.dead {
		t.step(txn.Tick{})
		d := tick
		if t.w.fair { // nobody looks at a countdown
			d = calmTick
		}
		t.w.after(d, t.beat)
	}
}

// die ends the run: whatever is under way inside comes to nothing.
func (t *terminal) die(when string) {
	if !t.dead && !t.w.fair {
		t.w.power.cut(when)
	}
}

// step takes one event through the machine and carries out what it decides; the power may go between two effects.
func (t *terminal) step(ev txn.Event) {
	if t.dead || t.w.failure != nil {
		return
	}
	effects := t.m.Step(t.time(), ev)
	if t.w.opt.broken.effects != nil {
		effects = t.w.opt.broken.effects(effects)
	}
	for _, e := range effects {
		if _, drawn := e.(txn.Draw); !drawn {
			if s := t.w.power.plug.wrong(600); s != nil {
				s.is(CutBetween, "", "before %T", e)
				t.die("between two effects")
			}
		}
		if t.dead {
			return
		}
		t.carry(e)
	}
}

func (t *terminal) carry(effect txn.Effect) {
	switch e := effect.(type) {
	case txn.Draw:
		if e.Screen.Title != t.screen.Title {
			t.w.log("", "screen %s %s", e.Screen.Title, e.Screen.Amount)
		}
		t.screen = e.Screen
		t.w.oracle.shown(e.Screen)
		t.w.customers.see(e.Screen.QR, false)
	case txn.Commit:
		t.commits = append(t.commits, e)
		t.write()
	case txn.Request:
		t.w.oracle.asked(e)
		t.w.line.send(t, e)
	case txn.RefundRequest:
		t.w.oracle.askedRefund(e)
		t.w.line.sendRefund(t, e)
	case txn.Recall:
		t.w.after(50*time.Millisecond, func() {
			if !t.dead {
				t.step(e.From(t.journal))
			}
		})
	case txn.RecallBatch:
		t.w.after(50*time.Millisecond, func() {
			if !t.dead {
				t.step(e.From(t.journal))
			}
		})
	case txn.MakeOffline:
		t.makeOffline(e)
	case txn.CheckAnswer:
		t.checkAnswer(e)
	case txn.CheckPIN:
		t.w.oracle.checks()
		t.w.after(time.Second, func() { t.step(txn.PINChecked{Token: e.Token, Right: e.Hash == plainHash(e.PIN)}) })
	case txn.HashPIN:
		t.w.after(time.Second, func() { t.step(txn.PINHashed{Token: e.Token, Hash: plainHash(e.PIN)}) })
	case txn.Print:
		t.printing = true
		t.w.paper.print(t, e)
	case txn.Kick:
		t.w.log(e.Order, "kick")
		t.w.oracle.kicks(e)
		t.w.after(50*time.Millisecond, func() { t.step(txn.KickEnded{Order: e.Order, Fault: t.w.paper.fault}) })
	case txn.Note:
		t.w.oracle.clean("the log", e.Text)
		t.w.log(e.Order, "note %s", e.Text)
	}
}

// write makes the next record durable: one after the other, each in its time.
func (t *terminal) write() {
	if t.writing || len(t.commits) == 0 {
		return
	}
	t.writing = true
	d := between(t.w.power.disk, time.Millisecond, 30*time.Millisecond)
	if s := t.w.power.disk.wrong(60); s != nil {
		d = between(s, time.Second, 8*time.Second)
		s.is(DiskSlow, t.commits[0].Record.OrderNo(), "%s for %s", d.Round(time.Millisecond), recordName(t.commits[0].Record))
	}
	told := 5 * time.Millisecond
	if t.crawls {
		d, told = between(t.w.power.disk, 100*time.Millisecond, 3*time.Second), time.Second
	}
	t.w.after(d, func() {
		if t.dead {
			return
		}
		c := t.commits[0]
		order, err := t.w.power.commit(t, c.Record)
		if t.dead {
			return
		}
		t.w.after(between(t.w.power.disk, 0, told), func() {
			if t.dead {
				return
			}
			t.commits, t.writing = t.commits[1:], false
			t.step(txn.Committed{Token: c.Token, Order: order, Err: err})
			t.write()
		})
	})
}

// answer ends a request.
func (t *terminal) answer(ev txn.NetworkAnswered) {
	if t.dead {
		return
	}
	t.w.log(ev.Order, "answer to %s: %s%s", ev.Op, ev.Answer.Status, ev.Fault)
	t.w.oracle.delivered(ev)
	t.step(ev)
}

// printed ends a slip.
func (t *terminal) printed(end txn.PrintEnded) {
	t.printing = false
	t.step(end)
}

// roomLook is how long after a look at the room that the journal has the next one comes.
const roomLook = 10 * time.Second

// askRoom asks whether the journal has room: how much exactly hangs on the layout of the file, which differs from run to run.
func (t *terminal) askRoom() {
	if t.dead {
		return
	}
	t.tellRoom()
	t.w.after(roomLook, t.askRoom)
}

func (t *terminal) tellRoom() {
	if room, err := t.store.Room(); err == nil {
		t.step(txn.Storage{Sales: min(room.Sales, 1) * 1_000_000, Damaged: t.damaged})
	}
}

// askPrinter asks how the printer is while nothing prints.
func (t *terminal) askPrinter() {
	if t.dead {
		return
	}
	if !t.printing {
		t.step(txn.PrinterState{Fault: t.w.paper.fault})
	}
	t.w.after(statusIdle, t.askPrinter)
}
