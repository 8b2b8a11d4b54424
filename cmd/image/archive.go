package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// imageName is the name that the image gets where it is loaded.
const imageName = "wxbind:latest"

// config is the image's configuration: that of the OCI image specification, and Docker's Healthcheck, which others ignore.
// https://github.com/opencontainers/image-spec/blob/main/config.md
type config struct {
	Created      string    `json:"created"`
	Architecture string    `json:"architecture"`
	OS           string    `json:"os"`
	Config       execution `json:"config"`
	RootFS       rootFS    `json:"rootfs"`
	History      []history `json:"history"`
}

type execution struct {
	User         string
	ExposedPorts map[string]struct{}
	Env          []string
	Entrypoint   []string
	Volumes      map[string]struct{}
	WorkingDir   string
	Labels       map[string]string
	StopSignal   string
	Healthcheck  healthcheck
}

// healthcheck is Docker's. Times are in nanoseconds.
type healthcheck struct {
	Test                           []string
	Interval, Timeout, StartPeriod time.Duration
	Retries                        int
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

type history struct {
	Created   string `json:"created"`
	CreatedBy string `json:"created_by"`
}

// descriptor points to a blob.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        descriptor   `json:"config"`
	Layers        []descriptor `json:"layers"`
}

type index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []descriptor `json:"manifests"`
}

// loaded is an element of manifest.json, which Docker before 25 and podman read.
type loaded struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// newImage is the archive of an image: an OCI layout in a tar, with Docker's manifest.json beside it.
func newImage(program, roots []byte, processor string) ([]byte, error) {
	version, commit, committed, err := builtFrom(program)
	if err != nil {
		return nil, err
	}
	at := time.Unix(0, 0).UTC() // outside a repository
	if committed != "" {
		if at, err = time.Parse(time.RFC3339, committed); err != nil {
			return nil, err
		}
	}
	layer, err := packed(rootOf(program, roots), at)
	if err != nil {
		return nil, err
	}
	const says = "The login backend for WeChat mini-programs, on SQLite."
	labels := map[string]string{
		"org.opencontainers.image.title": "wxbind", "org.opencontainers.image.description": says,
		"org.opencontainers.image.source": "https://github.com/wxbind/wxbind", "org.opencontainers.image.licenses": "Apache-2.0",
		"org.opencontainers.image.version": version, "org.opencontainers.image.revision": commit,
	}
	maps.DeleteFunc(labels, func(_, value string) bool { return value == "" })
	created := at.UTC().Format(time.RFC3339)

	blobs := blobs{}
	l := blobs.add("application/vnd.oci.image.layer.v1.tar", layer)
	c := blobs.addJSON("application/vnd.oci.image.config.v1+json", config{
		Created: created, Architecture: processor, OS: "linux",
		Config: execution{
			User: strconv.Itoa(userID) + ":" + strconv.Itoa(userID), ExposedPorts: map[string]struct{}{"3000/tcp": {}},
			Env:        []string{"PATH=/usr/local/bin"},
			Entrypoint: []string{"/" + programPath, "serve", "--addr", "0.0.0.0:3000", "--data", "/" + dataPath},
			Volumes:    map[string]struct{}{"/" + dataPath: {}}, WorkingDir: "/" + dataPath,
			Labels: labels, StopSignal: "SIGTERM",
			Healthcheck: healthcheck{
				Test: []string{"CMD", "/" + programPath, "probe"}, Interval: 30 * time.Second, Timeout: 10 * time.Second,
				StartPeriod: 10 * time.Second, Retries: 3,
			},
		},
		RootFS:  rootFS{Type: "layers", DiffIDs: []string{l.Digest}},
		History: []history{{Created: created, CreatedBy: "make image"}},
	})
	m := blobs.addJSON("application/vnd.oci.image.manifest.v1+json", manifest{
		SchemaVersion: 2, MediaType: "application/vnd.oci.image.manifest.v1+json", Config: c, Layers: []descriptor{l},
	})
	m.Annotations = map[string]string{"io.containerd.image.name": "docker.io/library/" + imageName, "org.opencontainers.image.ref.name": "latest"}

	files := []entry{{path: "blobs", mode: fs.ModeDir | 0o755}, {path: "blobs/sha256", mode: fs.ModeDir | 0o755}}
	for _, path := range slices.Sorted(maps.Keys(blobs)) {
		files = append(files, entry{path: path, mode: 0o644, text: blobs[path]})
	}
	files = append(files,
		entry{path: "index.json", mode: 0o644, text: asJSON(index{2, "application/vnd.oci.image.index.v1+json", []descriptor{m}})},
		entry{path: "manifest.json", mode: 0o644, text: asJSON([]loaded{{pathOf(c.Digest), []string{imageName}, []string{pathOf(l.Digest)}}})},
		entry{path: "oci-layout", mode: 0o644, text: []byte(`{"imageLayoutVersion":"1.0.0"}`)})
	return packed(files, at)
}

// blobs are contents by the paths that their hashes give them.
type blobs map[string][]byte

func (b blobs) add(mediaType string, content []byte) descriptor {
	sum := sha256.Sum256(content)
	d := descriptor{MediaType: mediaType, Digest: "sha256:" + hex.EncodeToString(sum[:]), Size: len(content)}
	b[pathOf(d.Digest)] = content
	return d
}

func (b blobs) addJSON(mediaType string, value any) descriptor {
	return b.add(mediaType, asJSON(value))
}

func pathOf(digest string) string { return "blobs/" + strings.Replace(digest, ":", "/", 1) }

func asJSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("%T cannot be JSON: %v", value, err)) // it has only strings and numbers
	}
	return text
}
