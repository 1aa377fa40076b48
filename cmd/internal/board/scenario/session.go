package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"smartpos/cmd/internal/board"
)

// defaultLimit is how long an expect waits; slow machines multiply it (Config.Patience).
const defaultLimit = 10 * time.Second

// machinePatience is how much longer everything may take on a board in QEMU.
const machinePatience = 3

// session is one scenario on its board.
type session struct {
	cfg        Config
	overrides  []string
	unresolved bool // allowed
	failed     bool
	board      *board.Board // nil until the first verb that needs it
	dir        string
	name       string // of the script, once it has begun
	film       film
}

// start builds the board and gives it power, once.
func (s *session) start() (*board.Board, error) {
	if s.board != nil {
		return s.board, nil
	}
	dir, err := os.MkdirTemp(s.cfg.TempDir, "pos") // a short name: sockets lie below it
	if err != nil {
		return nil, err
	}
	s.dir = dir
	if s.cfg.seed != "" {
		if err := os.CopyFS(filepath.Join(dir, board.SandboxDir), os.DirFS(s.cfg.seed)); err != nil {
			return nil, err
		}
	}
	b, err := board.Open(board.Options{
		Dir: dir, Firmware: s.cfg.Firmware, Shim: s.cfg.Shim, Image: s.cfg.Image,
		Overrides: append(s.cfg.profile(), s.overrides...),
		Scale:     networkScale,
	})
	if err != nil {
		return nil, err
	}
	s.board = b
	return b, b.PowerOn(context.Background())
}

// close ends the board and removes its folder.
func (s *session) close() error {
	var err error
	if s.board != nil {
		err = s.board.Close()
	}
	if s.dir != "" && !s.cfg.Keep {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// limit is d as patience has it.
func (s *session) limit(d time.Duration) time.Duration {
	patience := max(1, s.cfg.Patience)
	if s.cfg.Image != nil {
		patience *= machinePatience
	}
	return time.Duration(float64(d) * patience)
}

// fail ends the scenario with all that helps to understand why.
func (s *session) fail(ts *testscript.TestScript, err error) {
	s.failed = true
	ts.Fatalf("%v%s", err, s.scene())
}

// scene describes the board for somebody who was not there.
func (s *session) scene() string {
	if s.board == nil {
		return ""
	}
	const tail = 3000
	b := s.board
	var out strings.Builder
	section := func(name, text string) { fmt.Fprintf(&out, "\n--- %s\n%s", name, strings.TrimRight(text, "\n")) }
	section("display", b.DisplayText())
	paper := b.Paper().Text()
	section("paper", paper[max(0, len(paper)-tail):])
	section("state", describe(b))
	section("log", b.Log(tail))
	if s.cfg.Keep {
		section("folder", s.dir)
	}
	return out.String()
}

// describe is the state in a few lines.
func describe(b *board.Board) string {
	p, f := b.Power(), b.Faults()
	text := fmt.Sprintf("power %s %s%s; printer %s, scanner %s, network %s\n",
		p.State, p.Armed, p.Cut, f.Printer, f.Scanner, f.Network)
	for _, o := range b.Ledger().Orders {
		text += fmt.Sprintf("network: %+v\n", o)
	}
	for _, w := range board.Wallets {
		text += fmt.Sprintf("phone: %+v\n", b.Phones()[w])
	}
	return text
}

// bare is text without what a narrow display or a layout may add: blanks and line breaks. The yen sign is the
// full-width one on paper, because GB 18030 has no other in two bytes.
func bare(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), ""), "￥", "¥")
}

// missing returns the texts that are not in s.
func missing(s string, texts []string) []string {
	s = bare(s)
	var out []string
	for _, t := range texts {
		if !strings.Contains(s, bare(t)) {
			out = append(out, t)
		}
	}
	return out
}
