package reconcile

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// member is a file of an archive.
type member struct {
	name string // the archive's and its own
	data []byte
}

// isZip reports whether data begins like a zip archive.
func isZip(data []byte) bool { return bytes.HasPrefix(data, []byte("PK")) }

// unzip returns the files of an archive. What a file says of its own size is not believed: reading ends at
// the bound, over all files together.
func unzip(name string, data []byte) ([]member, error) {
	if len(data) > maxFile {
		return nil, &Error{File: name, Err: wrong(ErrTooLarge, "%d bytes, at most %d are read", len(data), maxFile)}
	}
	// The directory is read as far as it goes, whatever the archive says of its length.
	if n := bytes.Count(data, []byte("PK\x01\x02")); n > maxHeaders {
		return nil, &Error{File: name, Err: wrong(ErrTooLarge, "%d files, at most %d are read", n, maxEntries)}
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, &Error{File: name, Err: wrong(ErrTruncated, "the archive has no directory at its end")}
	}
	if len(z.File) > maxEntries {
		return nil, &Error{File: name, Err: wrong(ErrTooLarge, "%d files, at most %d are read", len(z.File), maxEntries)}
	}
	var members []member
	room := int64(maxFile)
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		m := member{name: name + "/" + entryName(f)}
		r, err := f.Open()
		if err == nil {
			m.data, err = io.ReadAll(io.LimitReader(r, room+1))
			err = errors.Join(err, r.Close())
		}
		room -= int64(len(m.data))
		switch {
		case room < 0:
			return nil, &Error{File: m.name, Err: wrong(ErrTooLarge, "more than %d bytes unpacked", maxFile)}
		case err != nil: // its text may repeat what stands in the file
			return nil, &Error{File: m.name, Err: wrong(ErrTruncated, "the archive is damaged here")}
		}
		members = append(members, m)
	}
	return members, nil
}

// entryName returns the last part of an entry's name. Alipay writes names in GBK, and may leave out the flag
// that would make them UTF-8.
func entryName(f *zip.File) string {
	name := f.Name
	if f.NonUTF8 && !utf8.ValidString(name) {
		if s, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil {
			name = s
		}
	}
	return path.Base(clean(name, 128))
}
