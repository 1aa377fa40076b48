package main

import (
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"smartpos/printer/printertest"
)

// maxStream bounds what `posboard paper` reads: no receipt comes near it.
const maxStream = 64 << 20

// chineseModes are the values of --chinese.
var chineseModes = map[string]printertest.Chinese{
	"auto": printertest.ChineseAuto, "on": printertest.ChineseOn, "off": printertest.ChineseOff,
}

// paperCommand is `posboard paper FILE.bin [-o paper.png] [--text] [--width 384|576] [--chinese auto|on|off]`: it
// draws a stream of printer bytes, whoever made it, as the paper that a printer would give. "-" reads standard
// input. Without -o and --text the picture goes beside the file, as FILE.png.
//
// What the stream holds that means nothing to a printer is told on stderr; the paper is drawn all the same.
func paperCommand(args []string, stdout, stderr io.Writer) int {
	o, err := parsePaper(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "posboard paper:", err)
		return 2
	}
	if err := o.draw(stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "posboard paper:", err)
		return 1
	}
	return 0
}

// paperOptions is the command line of `posboard paper`.
type paperOptions struct {
	in      string
	out     string
	text    bool
	width   int
	chinese printertest.Chinese
}

func parsePaper(args []string, stderr io.Writer) (paperOptions, error) {
	var o paperOptions
	var chinese string
	fs := flag.NewFlagSet("posboard paper", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&o.out, "o", "", "write the picture to this `file` (PNG)")
	fs.BoolVar(&o.text, "text", false, "write the text to standard output")
	fs.IntVar(&o.width, "width", 384, "print width in `dots`: 384 (58 mm) or 576 (80 mm)")
	fs.StringVar(&chinese, "chinese", "auto", "Chinese mode at power-up: on, off, or auto (on until ESC t selects a code page)")
	for {
		if err := fs.Parse(args); err != nil {
			return o, err
		}
		if fs.NArg() == 0 {
			break
		}
		if o.in != "" {
			return o, fmt.Errorf("one file at a time: %s and %s", o.in, fs.Arg(0))
		}
		o.in, args = fs.Arg(0), fs.Args()[1:] // flags may follow the file
	}
	mode, ok := chineseModes[chinese]
	o.chinese = mode
	switch {
	case o.in == "":
		return o, errors.New("which file? usage: posboard paper FILE.bin [-o paper.png] [--text] [--width 384|576]")
	case o.width != 384 && o.width != 576:
		return o, fmt.Errorf("--width %d: 384 or 576", o.width)
	case !ok:
		return o, fmt.Errorf("--chinese %s: on, off or auto", chinese)
	}
	if o.out == "" && !o.text {
		if o.out = "paper.png"; o.in != "-" {
			o.out = strings.TrimSuffix(o.in, filepath.Ext(o.in)) + ".png"
		}
	}
	return o, nil
}

// draw reads the stream, draws it, and writes what was asked for.
func (o paperOptions) draw(stdout, stderr io.Writer) error {
	data, err := readStream(o.in)
	if err != nil {
		return err
	}
	paper := printertest.Draw(printertest.Config{Dots: o.width, Chinese: o.chinese}, data)
	for _, u := range paper.Unknown() {
		fmt.Fprintln(stderr, "posboard paper: unknown:", u)
	}
	if o.text {
		if _, err := io.WriteString(stdout, paper.Text()); err != nil {
			return err
		}
	}
	if o.out == "" {
		return nil
	}
	if err := writePNG(o.out, paper); err != nil {
		return err
	}
	if !o.text {
		fmt.Fprintf(stdout, "%s: %d bytes, %d mm of paper\n", o.out, len(data), paper.Rows()/8)
	}
	return nil
}

func readStream(name string) ([]byte, error) {
	in := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxStream+1))
	if err == nil && len(data) > maxStream {
		err = fmt.Errorf("%s: longer than %d bytes", name, maxStream)
	}
	return data, err
}

func writePNG(name string, paper printertest.Paper) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := png.Encode(f, paper.Image()); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
