// Command zip prints how many bytes the zip of a file has, packed as SAM packs a
// function. It is a program of its own because the race detector, under which the
// tests run, makes the packing some forty times slower.
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
)

func main() {
	var packed bytes.Buffer
	err := pack(&packed, os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(packed.Len())
}

func pack(into *bytes.Buffer, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	archive := zip.NewWriter(into)
	file, err := archive.Create("bootstrap")
	if err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return err
	}
	return archive.Close()
}
