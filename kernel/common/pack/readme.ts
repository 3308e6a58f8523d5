import { UNLISTED_CHECK } from '#common/bundle/readme-steps.ts';
import { packTitle } from './title.ts';
import type { PackPeriod } from './period.ts';

const OPENSSL_CHECK = String.raw`    # 3. the seal names this manifest (the number is in proof/seal.json, under "subject")
    sha256sum manifest-sha256.txt
    grep -o '"subject":.*' proof/seal.json

    # 4. keys as OpenSSL reads them: compare proof/log.vkey with the key that you trust
    W=$(mktemp -d); der() { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; cut -d+ -f3- "$1" | base64 -d | tail -c 32; }
    der proof/log.vkey > "$W/log.der"

    # 5. that key signed the seal (a DSSE envelope), or, where it is there, the one in proof/seal.vkey did
    vkey=proof/seal.vkey; test -e "$vkey" || vkey=proof/log.vkey; der "$vkey" > "$W/seal.der"
    (printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c < proof/seal.json | tr -d ' ')"; cat proof/seal.json) > "$W/signed"
    grep -o '"sig":"[^"]*"' proof/seal.dsse.json | cut -d'"' -f4 | base64 -d > "$W/sig"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$W/seal.der" -rawin -in "$W/signed" -sigfile "$W/sig"

    # 6. the log's key signed its checkpoint
    head -n 3 proof/checkpoint > "$W/signed"
    grep -F -- "— $(cut -d+ -f1 proof/log.vkey) " proof/checkpoint | cut -d' ' -f3 | base64 -d | tail -c 64 > "$W/sig"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$W/log.der" -rawin -in "$W/signed" -sigfile "$W/sig"
`;

/** README.md of an audit pack: for someone who has never heard of Assay and has only the usual tools. */
export function packReadme(period: PackPeriod): string {
  const { from, to, first, end, start, stop } = period;
  return `# ${packTitle(period)}

Every receipt that the organisation \`${period.org}\` logged from ${from} until, not including, ${to}.
Open \`index.html\` to read what they say.

| | |
|---|---|
| index.html | the report; it follows from the receipts alone, and a verifier writes it again and compares |
| receipts/log.jsonl | numbers ${start} to ${stop - 1} of the log, one receipt a line: ${first === end ? 'none of the period, only its neighbours' : `those of the period are ${first} to ${end - 1}`} |
| receipts/ancestors/ | receipts from before that these follow from, and the announcement of this pack |
| period.json | the period, and the tree of the ${start} receipts before |
| ro-crate-metadata.json | all of it for machines: RO-Crate 1.1 |
| manifest-sha256.txt | SHA-256 of every file above |
| proof/ | the seal over the manifest, the log’s signed checkpoint, and proofs that all receipts are in the log |

## Which receipts belong to the period

A receipt’s time is a claim; its place in the log is not. The pack holds one unbroken stretch of the log: from the first receipt that
claims a time in the period or after it, to the last one that claims a time in it or before. The receipts on both sides of the stretch
are in it too, so that you see where it was cut. Packs of neighbouring periods meet, or overlap where clocks went backwards.

## Check it with Assay

    npx assay verify pack.zip

or drop the file on the Verify page of any Assay workbench. Both work offline.

## Check it without Assay

Unzip it, and in its folder:

    # 1. every file is the one that the manifest names
    sha256sum --check --strict manifest-sha256.txt

    # 2. nothing else is there: this prints nothing
    ${UNLISTED_CHECK}

${OPENSSL_CHECK}
The entry of a receipt in the log is the SHA-256 of its line, 32 bytes; the tree is that of RFC 6962. \`before\` in period.json holds the
roots of the complete subtrees of the first ${start} entries, the largest first. Append the entries of receipts/log.jsonl to them: the root
at ${stop} entries, with the hashes in proof/range.add-checkpoint (a consistency proof, as in C2SP tlog-witness), leads to the root in
proof/checkpoint. proof/*.tlog-proof leads there from each receipt outside of the stretch, from the seal, and from each receipt in proof/keys/, which tell whose
keys signed seals.

Trust comes from the key that you know, never from the one in this pack. Times are claims of the organisation.
`;
}
