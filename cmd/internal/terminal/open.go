package terminal

import (
	"errors"
	"fmt"
	"image"
	"io"
	"log/slog"
	"slices"
	"time"

	"periph.io/x/conn/v3/gpio"

	"smartpos/device"
	"smartpos/device/boot"
	"smartpos/device/display"
	"smartpos/keypad"
	"smartpos/printer"
	"smartpos/scanner"
	"smartpos/store"
	"smartpos/txn"
)

// Console is where a terminal without a framebuffer draws, and where it reads keys when the profile names no
// device: the window that the firmware was started in.
type Console struct {
	In  io.Reader
	Out io.Writer
}

// Board is what the firmware has of its board beside the profile: the heartbeat that process 1 waits for, the clock,
// and the USB socket. On a host it is empty.
type Board struct {
	Pulse    Pulse
	SetClock func(time.Time) error
	Socket   *boot.Socket
}

// Open sets a terminal up as the profile says. What is missing at start is no error where the terminal can
// work without it or wait for it: an absent printer or scanner comes when it is plugged in, a network whose
// keys can't be read is left out and logged when [Terminal.Run] sets it up, and a journal that can't be opened makes a terminal that says
// why it doesn't sell. The returned function closes what Run has not.
func Open(p *device.Profile, console Console, board Board, log *slog.Logger) (t *Terminal, closeAll func() error, err error) {
	var open closers
	defer func() {
		if err != nil {
			err = errors.Join(err, open.close())
		}
	}()
	cfg := Config(p)
	ports := Ports{Log: log, Pulse: board.Pulse, SetClock: board.SetClock, RequestTimeout: p.Sale.RequestTimeout.D()}
	if ports.Screen, err = openScreen(p, console); err != nil {
		return nil, nil, err
	}
	open.add(ports.Screen.Close)
	if p.Display.Kind == "ansi" {
		ports.Beep = func(txn.BeepKind) { _, _ = io.WriteString(console.Out, "\a") } // in the loop, as drawing is
	}
	if ports.Keys, err = openKeys(p, console); err != nil {
		return nil, nil, err
	}
	open.add(ports.Keys.Close)
	if err := openScanner(p, &ports); err != nil {
		return nil, nil, err
	}
	if ports.Scanner != nil {
		open.add(ports.Scanner.Close)
	}
	start, halt := openJournal(p, board, &ports, &open)
	if repairable(halt) {
		ports.Repair = repairer(p, log)
	}
	if err := openPrinter(p, start, &ports, &open); err != nil {
		return nil, nil, err
	}
	ports.Offline, ports.Scheme = openOffline(p, log), openScheme(p, log)
	ports.Networks = func() Networks { return openNetworks(p, cfg.Networks, log) }
	switch {
	case ports.Repair != nil:
		return NewRepairing(cfg, halt, ports), open.close, nil
	case halt != nil:
		return NewHalted(cfg, halt, ports), open.close, nil
	}
	return New(cfg, start, ports), open.close, nil
}

// openJournal opens the journal and reads what it knows; an error is why nothing may be sold.
func openJournal(p *device.Profile, board Board, ports *Ports, open *closers) (txn.Start, error) {
	journal, err := OpenJournal(p, store.Config{Terminal: p.Terminal.ID})
	if err != nil {
		return txn.Start{}, err
	}
	start, err := journal.Start()
	if err != nil {
		return txn.Start{}, errors.Join(err, journal.Close())
	}
	open.add(journal.Close)
	ports.Journal = journal
	ports.Desk = Desk(p, journal.List)
	if p.Bills == "" {
		ports.Desk.Folder = stickDir(p, board.Socket)
	}
	b, err := newBackups(p, journal, board.Socket, ports.Log)
	if err != nil {
		ports.Log.Error("no backups", "err", err)
	}
	ports.Backups = b
	ports.Upkeep = newUpkeep(p, journal, ports.Log).run
	return start, nil
}

// closers closes in the reverse order of opening. Closing a port twice is fine by their contracts.
type closers []func() error

func (c *closers) add(f func() error) { *c = append(*c, f) }

func (c *closers) close() error {
	var errs []error
	for i := len(*c) - 1; i >= 0; i-- {
		errs = append(errs, (*c)[i]())
	}
	*c = nil
	return errors.Join(errs...)
}

func openScreen(p *device.Profile, console Console) (Screen, error) {
	d := p.Display
	var backend display.Backend
	switch d.Kind {
	case "ansi":
		if console.Out == nil {
			return nil, errors.New("display: kind \"ansi\" needs a console to draw on")
		}
		backend = display.NewANSI(console.Out)
	case "none":
		backend = dark{}
	default:
		framebuffer, err := display.OpenFramebuffer(display.FramebufferConfig{
			Path: p.Path(d.Device), Width: d.Width, Height: d.Height, Format: display.Format(d.Format),
			Stride: d.Stride, Notify: p.Path(d.Flush),
		})
		if err != nil {
			return nil, fmt.Errorf("%w (profile: display.device)", err)
		}
		backend = framebuffer
	}
	return NewScreen(d.Width, d.Height, backend), nil
}

// dark is a terminal without a display, for measuring and for boards whose display comes later.
type dark struct{}

func (dark) Flush(*display.Canvas, []image.Rectangle) error { return nil }
func (dark) Close() error                                   { return nil }

func openKeys(p *device.Profile, console Console) (keypad.Source, error) {
	k := p.Keypad
	hold := keypad.HoldConfig{LongPress: k.LongPress.D()}
	switch k.Kind {
	case "matrix":
		if err := device.InitPins(); err != nil {
			return nil, err
		}
		rows, err := device.Pins(k.Rows...)
		if err != nil {
			return nil, fmt.Errorf("%w (profile: keypad.rows)", err)
		}
		columns, err := device.Pins(k.Columns...)
		if err != nil {
			return nil, fmt.Errorf("%w (profile: keypad.columns)", err)
		}
		return keypad.NewMatrix(keypad.MatrixConfig{
			Rows: rows, Columns: columns, Active: gpio.Level(k.Active == "high"), ExternalPulls: k.Pulls == "external", Settle: k.Settle.D(), ScanEvery: k.ScanEvery.D(), Debounce: k.Debounce, HoldConfig: hold,
		})
	case "input":
		return keypad.OpenInput(p.Path(k.Device), keypad.InputConfig{Keys: k.Input, HoldConfig: hold})
	}
	if k.Device == "" {
		if console.In == nil {
			return nil, errors.New("keypad: no console to read keys from")
		}
		return keypad.NewConsole(console.In, keypad.ConsoleConfig{}), nil
	}
	return keypad.OpenConsole(p.Path(k.Device), keypad.ConsoleConfig{}), nil
}

func openScanner(p *device.Profile, ports *Ports) error {
	s := p.Scanner
	table, err := codeTable(s)
	if err != nil {
		return err
	}
	ports.Codes = table
	if s.Engine == "none" {
		return nil
	}
	cfg := scannerConfig(s)
	if cfg.Mode == scanner.Trigger {
		if err := device.InitPins(); err != nil {
			return err
		}
		pins, err := device.Pins(s.Trigger)
		if err != nil {
			return fmt.Errorf("%w (profile: scanner.trigger)", err)
		}
		cfg.Trigger = scanner.TriggerPin{Pin: pins[0], Hold: s.Engine == string(scanner.GM65), Pulse: s.TriggerPulse.D()}
	}
	line, err := device.OpenLine(device.LineConfig{Name: "scanner", Path: p.Path(s.Device), Baud: s.Baud})
	if err != nil {
		return err
	}
	ports.Continuous = cfg.Mode == scanner.Continuous
	if ports.Scanner, err = scanner.Open(line, cfg); err != nil {
		return errors.Join(err, line.Close())
	}
	return nil
}

func openPrinter(p *device.Profile, start txn.Start, ports *Ports, open *closers) error {
	c := p.Printer
	if c.Device == "" {
		return nil
	}
	model, err := printerModel(c).Check()
	if err != nil {
		return fmt.Errorf("%w (profile: printer)", err)
	}
	line, err := device.OpenLine(device.LineConfig{Name: "printer", Path: p.Path(c.Device), Baud: c.Baud, Flow: c.Flow})
	if err != nil {
		return err
	}
	open.add(line.Close)
	ports.Printer = printer.New(line, model, printer.Options{
		Baud: c.Baud, StatusTimeout: c.StatusTimeout.D(),
		Unfinished: owesSlip(start),
	})
	return nil
}

// owesSlip reports whether a slip that the journal waits for may have been on its way to the paper when the terminal stopped.
func owesSlip(start txn.Start) bool {
	if s := start.Settlement; s != nil && !s.Printed {
		return true
	}
	return slices.ContainsFunc(start.Pending, func(o txn.Order) bool {
		return o.State == txn.Paid && o.Pending() || o.State == txn.Unconfirmed && !o.Printed
	})
}
