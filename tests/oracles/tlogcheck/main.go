// Tlogcheck checks an exported log, or a proof file, with Go's own note and tlog packages and nothing of ours.
//
//	tlogcheck export DIR [OLDER-CHECKPOINT]   every entry, every tile, sampled proofs, and that the older state is a beginning
//	tlogcheck proof VKEY-FILE PROOF LEAF      one tlog-proof file
//	tlogcheck cosigned CHECKPOINT VKEY...     a checkpoint with the log's key first, then its witnesses'
//
// It rebuilds the tree from the entries, compares every tile byte for byte, and only then asks for proofs the way a
// client would, ending each with CheckRecord: the tile reader of golang.org/x/mod 0.7.0 can accept a bad tile.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8
	width  = 1 << height
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func require(ok bool, format string, args ...any) {
	if !ok {
		check(fmt.Errorf(format, args...))
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	check(err)
	return data
}

// head opens a checkpoint with the log's key.
func head(vkey string, raw []byte) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	check(err)
	opened, err := note.Open(raw, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	require(len(lines) == 4 && lines[3] == "", "checkpoint of %d lines", len(lines)-1)
	require(lines[0] == verifier.Name(), "origin %q is not the key's name %q", lines[0], verifier.Name())
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

// staticPath is c2sp.org/tlog-tiles' path: Go's own, without the height.
func staticPath(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
}

type files struct{ dir string }

func (f files) Height() int                         { return height }
func (f files) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(f.dir, staticPath(tile)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

// memory holds every stored hash of the tree as Go builds it.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		if index >= int64(len(m)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found = append(found, m[index])
	}
	return found, nil
}

// entries reads the bundles of a tree of this size.
func entries(dir string, size int64) (leaves []tlog.Hash, bundles int) {
	for start := int64(0); start < size; start += width {
		w := int(min64(width, size-start))
		path := strings.Replace(staticPath(tlog.Tile{H: height, L: 0, N: start / width, W: w}), "tile/0/", "tile/entries/", 1)
		data := read(filepath.Join(dir, path))
		for i := 0; i < w; i++ {
			require(len(data) >= 2, "%s ends early", path)
			n := int(binary.BigEndian.Uint16(data))
			require(len(data) >= 2+n, "%s ends early", path)
			leaves = append(leaves, tlog.RecordHash(data[2:2+n]))
			data = data[2+n:]
		}
		require(len(data) == 0, "%s goes on after its entries", path)
		bundles++
	}
	return leaves, bundles
}

func min64(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// widest leaves of each tile the widest: NewTiles lists every partial width up to it.
func widest(tiles []tlog.Tile) (found []tlog.Tile) {
	for i, tile := range tiles {
		if i+1 == len(tiles) || tiles[i+1].L != tile.L || tiles[i+1].N != tile.N {
			found = append(found, tile)
		}
	}
	return found
}

func export(dir string, older string) {
	vkey := strings.TrimSuffix(string(read(filepath.Join(dir, "log.vkey"))), "\n")
	tree := head(vkey, read(filepath.Join(dir, "checkpoint")))
	leaves, bundles := entries(dir, tree.N)
	var stored memory
	for i, leaf := range leaves {
		hashes, err := tlog.StoredHashesForRecordHash(int64(i), leaf, stored)
		check(err)
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(tree.N, stored)
	if tree.N == 0 { // Go 1.19's TreeHash has its own idea of an empty tree; RFC 6962 says SHA-256 of nothing
		root, err = tlog.Hash(sha256.Sum256(nil)), nil
	}
	check(err)
	require(root == tree.Hash, "the entries give root %v, the checkpoint says %v", root, tree.Hash)
	tiles := widest(tlog.NewTiles(height, 0, tree.N))
	for _, tile := range tiles {
		data, err := tlog.ReadTileData(tile, stored)
		check(err)
		require(bytes.Equal(data, read(filepath.Join(dir, staticPath(tile)))), "%s is not the tile of these entries", staticPath(tile))
	}
	count := 0
	check(filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			count++
		}
		return err
	}))
	require(count == len(tiles)+bundles+2, "%d files, expected %d", count, len(tiles)+bundles+2)
	reader := tlog.TileHashReader(tree, files{dir})
	proofs := 0
	for i := int64(0); i < tree.N; i += 1 + tree.N/300 {
		proof, err := tlog.ProveRecord(tree.N, i, reader)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, i, leaves[i]))
		proofs++
	}
	if older != "" {
		before := head(vkey, read(older))
		if before.N > 0 {
			proof, err := tlog.ProveTree(tree.N, before.N, reader)
			check(err)
			check(tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash))
		}
	}
	fmt.Printf("holds: %d entries, %d tiles, %d proofs\n", tree.N, len(tiles), proofs)
}

func proof(vkeyFile, proofFile, leafFile string) {
	text := string(read(proofFile))
	front, checkpoint, ok := strings.Cut(text, "\n\n")
	require(ok, "no checkpoint in the proof")
	lines := strings.Split(front, "\n")
	require(len(lines) >= 2 && lines[0] == "c2sp.org/tlog-proof@v1" && strings.HasPrefix(lines[1], "index "), "not a proof")
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	check(err)
	var hashes tlog.RecordProof
	for _, line := range lines[2:] {
		raw, err := base64.StdEncoding.DecodeString(line)
		check(err)
		require(len(raw) == tlog.HashSize, "a hash of %d bytes", len(raw))
		hashes = append(hashes, *(*tlog.Hash)(raw))
	}
	tree := head(strings.TrimSuffix(string(read(vkeyFile)), "\n"), []byte(checkpoint))
	check(tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(read(leafFile))))
	fmt.Printf("holds: entry %d of %d\n", index, tree.N)
}

// witness checks cosignatures as c2sp.org/tlog-cosignature has them; Go's note package lets others bring their verifiers.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }
func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(w.key, []byte(signed), sig[8:])
}

func newWitness(vkey string) witness {
	parts := strings.SplitN(vkey, "+", 3)
	require(len(parts) == 3, "not a verifier key")
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	require(len(raw) == 1+ed25519.PublicKeySize && raw[0] == 4, "not a witness's key")
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	hash := binary.BigEndian.Uint32(sum[:])
	require(fmt.Sprintf("%08x", hash) == parts[1], "the key's id is not the key's")
	return witness{parts[0], hash, raw[1:]}
}

func cosigned(checkpoint string, vkeys []string) {
	log, err := note.NewVerifier(vkeys[0])
	check(err)
	verifiers := []note.Verifier{log}
	for _, vkey := range vkeys[1:] {
		verifiers = append(verifiers, newWitness(vkey))
	}
	opened, err := note.Open(read(checkpoint), note.VerifierList(verifiers...))
	check(err)
	require(len(opened.Sigs) == len(vkeys), "%d of %d signatures hold", len(opened.Sigs), len(vkeys))
	fmt.Printf("holds: %d cosignatures\n", len(opened.Sigs)-1)
}

func main() {
	switch args := os.Args[1:]; {
	case len(args) == 2 && args[0] == "export":
		export(args[1], "")
	case len(args) == 3 && args[0] == "export":
		export(args[1], args[2])
	case len(args) == 4 && args[0] == "proof":
		proof(args[1], args[2], args[3])
	case len(args) >= 3 && args[0] == "cosigned":
		cosigned(args[1], args[2:])
	default:
		fmt.Fprintln(os.Stderr, "usage: tlogcheck export DIR [OLDER] | proof VKEY-FILE PROOF LEAF | cosigned CHECKPOINT VKEY...")
		os.Exit(2)
	}
}
