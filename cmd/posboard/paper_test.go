package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPaperCommand(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
		return file
	}
	slip := write("slip.bin", "\x1B@\xBB\xDD\xC3\xF1\xB1\xE3\xC0\xFB\xB5\xEA\n\x1DVB\x00")
	odd := write("odd.bin", "before\x1B\x01after\n")
	latin := write("latin.bin", "\x1Bt\x13Caf\x82\n")

	for name, c := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		"text":              {[]string{slip, "--text"}, 0, "惠民便利店\n✂", ""},
		"picture":           {[]string{slip, "-o", filepath.Join(dir, "a.png")}, 0, "a.png: 17 bytes", ""},
		"beside the file":   {[]string{slip}, 0, "slip.png: ", ""},
		"both":              {[]string{"-o", filepath.Join(dir, "b.png"), "--text", slip, "--width", "576"}, 0, "惠民便利店", ""},
		"unknown bytes":     {[]string{odd, "--text"}, 0, "beforeafter", "unknown: byte 8: 1b 01: no such command"},
		"code page":         {[]string{latin, "--text"}, 0, "Café", ""},
		"Chinese always on": {[]string{latin, "--text", "--chinese=on"}, 0, "Caf�", "no character of GB 18030"},
		"no file":           {nil, 2, "", "which file?"},
		"two files":         {[]string{slip, odd}, 2, "", "one file at a time"},
		"odd width":         {[]string{slip, "--width", "400"}, 2, "", "--width 400: 384 or 576"},
		"odd mode":          {[]string{slip, "--chinese", "yes"}, 2, "", "on, off or auto"},
		"unknown flag":      {[]string{"--pdf", slip}, 2, "", "pdf"},
		"absent":            {[]string{filepath.Join(dir, "absent.bin"), "--text"}, 1, "", "no such file"},
		"no place":          {[]string{slip, "-o", filepath.Join(dir, "absent", "x.png")}, 1, "", "no such file"},
		"help":              {[]string{"-h"}, 0, "", "-width"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := paperCommand(c.args, &stdout, &stderr); code != c.code {
				t.Errorf("exit code %d, want %d; %s", code, c.code, stderr.String())
			}
			if !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
				t.Errorf("stdout %q, stderr %q", stdout.String(), stderr.String())
			}
		})
	}
	for file, width := range map[string]int{"a.png": 464, "b.png": 640, "slip.png": 464} {
		f, err := os.Open(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if img, err := png.Decode(f); err != nil || img.Bounds().Dx() != width {
			t.Errorf("%s: %v, %v", file, img.Bounds(), err)
		}
	}
}
