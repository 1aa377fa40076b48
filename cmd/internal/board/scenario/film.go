package scenario

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"smartpos/cmd/internal/board"
)

const (
	filmColumns = 4    // displays side by side
	filmGap     = 8    // pixels between pictures
	filmFrames  = 80   // a scenario that shows more is no longer looked at
	filmStrip   = 1600 // of a paper that is longer, the rest goes beside it
)

// filmGround sets displays, which are mostly dark, and paper, which is mostly white, off from what lies around them.
var filmGround = color.Gray{Y: 0x90}

// film keeps what a scenario showed, for people: each display that differs from the one before, and each piece of
// paper when it is torn off.
type film struct {
	frames []image.Image
	papers []image.Image
	last   []byte
}

// take adds the display as it is now.
func (f *film) take(b *board.Board) {
	var buf bytes.Buffer
	// A copy, since the board draws on; encoded, to be compared.
	if err := png.Encode(&buf, b.Display()); err != nil || bytes.Equal(buf.Bytes(), f.last) || len(f.frames) >= filmFrames {
		return
	}
	f.last = bytes.Clone(buf.Bytes())
	if img, err := png.Decode(&buf); err == nil {
		f.frames = append(f.frames, img)
	}
}

// takePaper adds the paper that hangs out of the printer.
func (f *film) takePaper(b *board.Board) {
	img, ok := b.Paper().Image().(interface {
		image.Image
		SubImage(image.Rectangle) image.Image
	})
	if !ok {
		return
	}
	all := img.Bounds()
	for y := all.Min.Y; y < all.Max.Y; y += filmStrip {
		f.papers = append(f.papers, img.SubImage(image.Rect(all.Min.X, y, all.Max.X, min(y+filmStrip, all.Max.Y))))
	}
}

// sheet lays the pictures out: displays in rows, from left to right, and the papers beside them.
func (f *film) sheet() image.Image {
	var size image.Point // of a display
	for _, img := range f.frames {
		size.X, size.Y = max(size.X, img.Bounds().Dx()), max(size.Y, img.Bounds().Dy())
	}
	at := make(map[image.Image]image.Point, len(f.frames)+len(f.papers))
	var end image.Point
	put := func(img image.Image, p image.Point) {
		at[img] = p
		end.X, end.Y = max(end.X, p.X+img.Bounds().Dx()), max(end.Y, p.Y+img.Bounds().Dy())
	}
	for i, img := range f.frames {
		put(img, image.Pt(filmGap+i%filmColumns*(size.X+filmGap), filmGap+i/filmColumns*(size.Y+filmGap)))
	}
	for _, img := range f.papers {
		put(img, image.Pt(end.X+filmGap, filmGap))
	}
	sheet := image.NewRGBA(image.Rect(0, 0, end.X+filmGap, end.Y+filmGap))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(filmGround), image.Point{}, draw.Src)
	for img, p := range at {
		draw.Draw(sheet, img.Bounds().Sub(img.Bounds().Min).Add(p), img, img.Bounds().Min, draw.Src)
	}
	return sheet
}

// save writes the sheet as dir/name.png. A scenario that showed nothing leaves nothing.
func (f *film) save(dir, name string) (err error) {
	if len(f.frames)+len(f.papers) == 0 {
		return nil
	}
	out, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return png.Encode(out, f.sheet())
}

// shoot takes pictures around a verb, if anybody wants them: the display before keys are pressed and after it was looked at,
// which is what a cashier saw, and paper before it is torn off.
func (s *session) shoot(verb string, done bool) {
	switch {
	case s.cfg.Pictures == "":
	case verb == "tear" && !done:
		s.film.takePaper(s.board)
	case verb == "keys" && !done, strings.HasPrefix(verb, "expect-") && done:
		s.film.take(s.board)
	}
}

// develop leaves the sheet of a scenario that is over, also of one that failed.
func (s *session) develop() error {
	if s.cfg.Pictures == "" || s.board == nil {
		return nil
	}
	s.film.take(s.board)
	s.film.takePaper(s.board)
	return s.film.save(s.cfg.Pictures, s.name)
}
