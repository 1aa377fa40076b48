package main

import (
	"embed"
	"io/fs"
)

// page is the front panel: index.html and what it loads.
//
//go:embed page
var page embed.FS

// pageFiles returns the front panel's files.
func pageFiles() fs.FS {
	sub, err := fs.Sub(page, "page")
	if err != nil {
		panic(err) // the name is a constant
	}
	return sub
}
