package device

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// MaxProfileBytes is the largest profile that is read.
const MaxProfileBytes = 1 << 20

// maxProfileLine bounds a line, and with it how deeply a dotted key or an array can nest.
const maxProfileLine = 4096

// LoadProfile reads the profile at path. See [ParseProfile] for its errors; one of the file system is returned
// as it is.
func LoadProfile(path string) (*Profile, error) {
	return load(path, false)
}

// LoadDraft reads a profile as a technician has it who is about to seal the keys: in production, too, it may name their
// files beside the sealed one. Otherwise it is [LoadProfile]. A terminal never runs on a draft.
func LoadDraft(path string) (*Profile, error) {
	return load(path, true)
}

func load(path string, draft bool) (*Profile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	defer f.Close()
	// One byte more than allowed tells a file that is too long, even one that grows or has no end.
	text, err := io.ReadAll(io.LimitReader(f, MaxProfileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	return parse(path, text, draft)
}

// ParseProfile reads a profile from text: UTF-8 TOML of at most [MaxProfileBytes], with or without a byte order
// mark, lines ended by LF or CRLF. Keys that are left out get their defaults. Unknown keys, values of the wrong
// type or out of range and contradictions are refused, all at once, by a [*ProfileError]. name stands before
// each problem, and its folder is where relative paths begin.
func ParseProfile(name string, text []byte) (*Profile, error) {
	return parse(name, text, false)
}

func parse(name string, text []byte, draft bool) (*Profile, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if p := checkText(text); p != nil {
		return nil, newProfileError(name, []Problem{*p}, 0)
	}
	lines, beyond := indexLines(text)
	if beyond > 0 {
		p := Problem{Line: beyond, Reason: fmt.Sprintf("more than %d keys and values", maxEntries)}
		return nil, newProfileError(name, []Problem{p}, 0)
	}
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		return nil, newProfileError(name, []Problem{syntaxProblem(err)}, 0)
	}
	profile := DefaultProfile()
	profile.dir = filepath.Dir(name)
	d := &decoder{lines: lines}
	enableNetworks(profile, tree)
	d.decode(profile, tree)
	c := &checker{decoder: d, draft: draft}
	c.profile(profile)
	if len(d.problems) > 0 {
		return nil, newProfileError(name, d.problems, d.more)
	}
	return profile, nil
}

// enableNetworks makes a network that has a table enabled unless the table says otherwise.
func enableNetworks(p *Profile, tree map[string]any) {
	networks, _ := tree["networks"].(map[string]any)
	_, p.Networks.Wechat.Enabled = networks["wechat"]
	_, p.Networks.Alipay.Enabled = networks["alipay"]
	_, p.Networks.Unionpay.Enabled = networks["unionpay"]
	_, p.Networks.Aggregator.Enabled = networks["aggregator"]
}

// checkText finds what makes text no TOML at all, in words better than a parser's.
func checkText(text []byte) *Problem {
	if len(text) > MaxProfileBytes {
		return &Problem{Line: 1, Reason: fmt.Sprintf("the file is longer than %d bytes", MaxProfileBytes)}
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return &Problem{Line: 1, Reason: "the file is UTF-16: save it as UTF-8"}
	}
	number := 0
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		number++
		line = bytes.TrimSuffix(line, []byte("\r"))
		switch {
		case bytes.IndexByte(line, 0) >= 0:
			return &Problem{Line: number, Reason: "a NUL byte: this is no text file"}
		case bytes.IndexByte(line, '\r') >= 0:
			return &Problem{Line: number, Reason: "a CR in mid-line: end lines with LF or CRLF"}
		case !utf8.Valid(line):
			return &Problem{Line: number, Reason: "not UTF-8: save the file as UTF-8"}
		case len(line) > maxProfileLine:
			return &Problem{Line: number, Reason: fmt.Sprintf("the line is longer than %d bytes", maxProfileLine)}
		}
	}
	return nil
}

// syntaxProblem words an error of the TOML parser, which stops at its first.
func syntaxProblem(err error) Problem {
	p := Problem{Line: 1, Reason: visible(strings.TrimPrefix(err.Error(), "toml: "))}
	var at *toml.DecodeError
	if errors.As(err, &at) {
		p.Line, _ = at.Position()
	}
	return p
}
