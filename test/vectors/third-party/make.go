// A log of eleven entries by golang.org/x/mod/sumdb: a signed checkpoint, every inclusion and consistency proof, as JSON on stdout.
package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "log.example/stranger"
const size = 11

type hashes []tlog.Hash

func (stored *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		found = append(found, (*stored)[index])
	}
	return found, nil
}

type consistency struct {
	From  int64       `json:"from"`
	Root  tlog.Hash   `json:"root"`
	Proof []tlog.Hash `json:"proof"`
}

func main() {
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	check(err)
	signer, err := note.NewSigner(skey)
	check(err)
	stored := &hashes{}
	var entries [][]byte
	for n := int64(0); n < size; n++ {
		entry := []byte(fmt.Sprintf("entry %d", n))
		entries = append(entries, entry)
		added, err := tlog.StoredHashes(n, entry, stored)
		check(err)
		*stored = append(*stored, added...)
	}
	root, err := tlog.TreeHash(size, stored)
	check(err)
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)
	checkpoint, err := note.Sign(&note.Note{Text: text}, signer)
	check(err)
	var inclusion [][]tlog.Hash
	var older []consistency
	for n := int64(0); n < size; n++ {
		proof, err := tlog.ProveRecord(size, n, stored)
		check(err)
		inclusion = append(inclusion, proof)
		if n == 0 {
			continue
		}
		head, err := tlog.TreeHash(n, stored)
		check(err)
		tree, err := tlog.ProveTree(size, n, stored)
		check(err)
		older = append(older, consistency{n, head, tree})
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	check(encoder.Encode(map[string]any{
		"vkey": vkey, "checkpoint": string(checkpoint), "entries": entries, "inclusion": inclusion, "consistency": older,
	}))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
