/** A line of shell that names what the manifest doesn't. */
export const UNLISTED_CHECK = String.raw`find * -type f ! -path 'proof/*' ! -path manifest-sha256.txt | while read -r f; do cut -c67- manifest-sha256.txt | grep -qxFe "$f" || echo "not listed: $f"; done`;

/** The commands of a bundle's README, for someone who has everything but Assay. Each is run as it stands by test/conformance/third-party. */
export const STEPS = String.raw`## Check it without Assay

Unzip it, and in its folder, with any POSIX shell:

    # 0. a place for what the steps write
    W=$(mktemp -d)

### The files, with sha256sum

    # 1. every file is the one that the manifest names
    sha256sum --check --strict manifest-sha256.txt

    # 2. nothing else is there: this prints nothing
    ${UNLISTED_CHECK}

### The manifest, with ssh-keygen or minisign

The log's key signed the manifest, and so every file. Both commands read the key from the bundle; trust it once you know it.

    # 3. ssh-keygen: compare proof/log.allowed_signers with the key that you trust
    ssh-keygen -Y verify -f proof/log.allowed_signers -I log -n assay-manifest -s proof/manifest-sha256.txt.sig < manifest-sha256.txt

    # 4. minisign: compare proof/log.minisign.pub with the key that you trust
    minisign -V -p proof/log.minisign.pub -m manifest-sha256.txt -x proof/manifest-sha256.txt.minisig

### The seal and the log's head, with OpenSSL

    # 5. the seal names this manifest (the number is in proof/seal.json, under "subject")
    sha256sum manifest-sha256.txt
    grep -o '"subject":.*' proof/seal.json

    # 6. OpenSSL's form of the key is the log's: compare proof/log.vkey with the key that you trust
    test "$(openssl pkey -pubin -in proof/log.pem -outform DER | tail -c 32 | base64)" = "$(cut -d+ -f3- proof/log.vkey | base64 -d | tail -c 32 | base64)"

    # 7. that key signed the seal (a DSSE envelope), or, where it is there, the one in proof/seal.vkey did
    vkey=proof/seal.vkey; test -e "$vkey" || vkey=proof/log.vkey
    (printf '\060\052\060\005\006\003\053\145\160\003\041\000'; cut -d+ -f3- "$vkey" | base64 -d | tail -c 32) > "$W/seal.der"
    (printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c < proof/seal.json | tr -d ' ')"; cat proof/seal.json) > "$W/signed"
    grep -o '"sig":"[^"]*"' proof/seal.dsse.json | cut -d'"' -f4 | base64 -d > "$W/sig"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$W/seal.der" -rawin -in "$W/signed" -sigfile "$W/sig"

    # 8. the log's key signed its checkpoint: its name, how many receipts it holds, and the root of its Merkle tree
    head -n 3 proof/checkpoint > "$W/signed"
    grep -F -- "— $(cut -d+ -f1 proof/log.vkey) " proof/checkpoint | cut -d' ' -f3 | base64 -d | tail -c 64 > "$W/sig"
    openssl pkeyutl -verify -pubin -inkey proof/log.pem -rawin -in "$W/signed" -sigfile "$W/sig"

### The seal, with Sigstore's library for Node

After npm install --prefix "$W" @sigstore/verify@4.1.3 @sigstore/bundle@5.0.1

    # 9. the same envelope as a Sigstore bundle, under the key of step 7
    cat > "$W/check.cjs" <<'EOF'
    const { createHash } = require('node:crypto');
    const { readFileSync } = require('node:fs');
    const { bundleFromJSON } = require('@sigstore/bundle');
    const { toSignedEntity, toTrustMaterial, Verifier } = require('@sigstore/verify');
    const bundle = bundleFromJSON(JSON.parse(readFileSync('proof/seal.sigstore.json', 'utf8')));
    const { hint } = bundle.verificationMaterial.content.publicKey;
    const rawBytes = readFileSync(__dirname + '/seal.der');
    const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
    const trusted = toTrustMaterial(nobody, { [hint]: { rawBytes } });
    new Verifier(trusted, { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundle));
    const { subject } = JSON.parse(bundle.content.dsseEnvelope.payload);
    const manifest = createHash('sha256').update(readFileSync('manifest-sha256.txt')).digest('hex');
    if (subject[0].digest.sha256 !== manifest) throw new Error('The seal is about another manifest.');
    console.log(hint + ' sealed this manifest.');
    EOF
    node "$W/check.cjs"

### The log, with Go

    # 10. every receipt has its proof: this prints nothing
    find receipts proof/seal.json -name '*.json' -type f | while read -r f; do test -e "proof/$(sha256sum < "$f" | cut -c-64).tlog-proof" || echo "no proof: $f"; done

    # 11. every proof leads to a checkpoint that the log signed: golang.org/x/mod/sumdb, on Debian "golang-golang-x-mod-dev"
    cat > "$W/check.go" <<'EOF'
    package main

    import (
    	"encoding/hex"
    	"fmt"
    	"log"
    	"os"
    	"path/filepath"
    	"strconv"
    	"strings"

    	"golang.org/x/mod/sumdb/note"
    	"golang.org/x/mod/sumdb/tlog"
    )

    func main() {
    	vkey := read("proof/log.vkey")
    	key, err := note.NewVerifier(strings.TrimSpace(vkey))
    	check(err)
    	paths, err := filepath.Glob("proof/*.tlog-proof")
    	check(err)
    	for _, path := range paths {
    		proof, signed, _ := strings.Cut(read(path), "\n\n")
    		checkpoint, err := note.Open([]byte(signed), note.VerifierList(key))
    		check(err)
    		head := strings.Split(checkpoint.Text, "\n")
    		size, err := strconv.ParseInt(head[1], 10, 64)
    		check(err)
    		root, err := tlog.ParseHash(head[2])
    		check(err)
    		lines := strings.Split(proof, "\n")
    		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
    		check(err)
    		var hashes tlog.RecordProof
    		for _, line := range lines[2:] {
    			hash, err := tlog.ParseHash(line)
    			check(err)
    			hashes = append(hashes, hash)
    		}
    		id, err := hex.DecodeString(strings.TrimSuffix(filepath.Base(path), ".tlog-proof"))
    		check(err)
    		check(tlog.CheckRecord(hashes, size, root, index, tlog.RecordHash(id)))
    	}
    	fmt.Println(len(paths), "receipts are in the log", key.Name())
    }

    func read(path string) string {
    	text, err := os.ReadFile(path)
    	check(err)
    	return string(text)
    }

    func check(err error) {
    	if err != nil {
    		log.Fatal(err)
    	}
    }
    EOF
    GO111MODULE=off GOPATH=/usr/share/gocode go run "$W/check.go"

Each proof/*.tlog-proof (C2SP tlog-proof) is for one receipt: its name is the SHA-256 of the receipt's file, and the leaf in the log is
these 32 bytes, by RFC 6962.

Each proof/keys/*.json is a receipt about the organisation's keys. Its "note" is a C2SP signed note by the key whose time ends and by the
one that follows: from this receipt's place in the log on, the new one signs seals.

### Time stamps, with OpenSSL

Where an authority (RFC 3161) was asked, proof/checkpoint.tsr shows that the log held every receipt before that time. proof/notebook.tsr
shows that nothing ran before that other time: the first receipt names that very file. Set ROOT to the authority's root certificate.

    # 12. the checkpoint as the log alone signed it
    sed -n 1,4p proof/checkpoint > "$W/stamped"
    grep -F -- "— $(cut -d+ -f1 proof/log.vkey) " proof/checkpoint >> "$W/stamped"
    openssl ts -verify -in proof/checkpoint.tsr -data "$W/stamped" -CAfile "$ROOT"
    openssl ts -reply -in proof/checkpoint.tsr -text | grep 'Time stamp:'

    # 13. the notebook, before it ran
    openssl ts -verify -in proof/notebook.tsr -data notebook.md -CAfile "$ROOT"
    grep -q "$(sha256sum < proof/notebook.tsr | cut -c-64)" receipts/*-open.json
    openssl ts -reply -in proof/notebook.tsr -text | grep 'Time stamp:'

### Witnesses, with OpenSSL

Further lines at the end of proof/checkpoint are cosignatures (C2SP tlog-cosignature): their witnesses saw this head of the log, and none
that contradicts it. Set WITNESS to the verifier key of one that you trust, as it publishes it (name+hash+key).

    # 14. the witness's line is by its key, and over this checkpoint at that time
    grep -F -- "— $(printf %s "$WITNESS" | cut -d+ -f1) " proof/checkpoint | cut -d' ' -f3 | base64 -d > "$W/line"
    time=$(tail -c +5 "$W/line" | head -c 8 | od -An -tu1 | awk '{ for (i = 1; i <= NF; i++) t = t * 256 + $i } END { printf "%.0f", t }')
    (printf 'cosignature/v1\ntime %s\n' "$time"; head -n 3 proof/checkpoint) > "$W/signed"
    tail -c 64 "$W/line" > "$W/sig"
    (printf '\060\052\060\005\006\003\053\145\160\003\041\000'; printf %s "$WITNESS" | cut -d+ -f3- | base64 -d | tail -c 32) > "$W/key.der"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$W/key.der" -rawin -in "$W/signed" -sigfile "$W/sig"
    date -u -d "@$time"

### What was attached, with OpenSSL and sha256sum

The seal came before its cosignatures and time stamps. The log's key says which there were: none was added since, and none taken out.

    # 15. that key signed the note, and the files are those that it names
    sed '/^$/,$d' proof/attached.note > "$W/signed"
    grep -F -- "— $(cut -d+ -f1 proof/log.vkey) " proof/attached.note | cut -d' ' -f3 | base64 -d | tail -c 64 > "$W/sig"
    openssl pkeyutl -verify -pubin -inkey proof/log.pem -rawin -in "$W/signed" -sigfile "$W/sig"
    tail -n +3 "$W/signed" | sha256sum --check --strict
`;
