import type { BundleParts } from './bundle-types.ts';

/** README.md of a bundle: for someone who has never heard of Assay and has only the usual tools. */
export function bundleReadme({ notebook, root, org }: BundleParts): string {
  return `# ${oneLine(notebook.title)}

A sealed run of the notebook \`${oneLine(notebook.name)}\`, by the organisation \`${org}\`.
Root of all results: \`${root}\`

| | |
|---|---|
| notebook.md | the notebook as it was run |
| outputs/ | cells.json: every sealed cell with the SHA-256 of its value; the values themselves |
| data/, artifacts/ | what the run read and made, by name and by SHA-256 |
| receipts/ | what happened, in order: open, each data set, call and cell, close |
| env.json, comparators.json | what it ran on; how a re-run is to be compared |
| ro-crate-metadata.json | the same for machines: RO-Crate 1.1, Process Run Crate |
| manifest-sha256.txt | SHA-256 of every file above |
| proof/ | the seal over the manifest, and the proofs that all receipts are in the organisation's log |

## Check it with Assay

    npx assay verify run.zip
    npx assay reproduce run.zip

or drop the file on the Verify page of any Assay workbench. Both work offline.

## Check it without Assay

Unzip it, and in its folder:

    # 1. every file is the one that the manifest names
    sha256sum --check --strict manifest-sha256.txt

    # 2. nothing else is there: this prints nothing
    find * -type f ! -path 'proof/*' ! -path manifest-sha256.txt | while read -r f; do cut -c67- manifest-sha256.txt | grep -qxFe "$f" || echo "not listed: $f"; done

    # 3. the seal names this manifest (the number is in proof/seal.json, under "subject")
    sha256sum manifest-sha256.txt
    grep -o '"subject":.*' proof/seal.json

    # 4. the log's key, as OpenSSL reads it: compare proof/log.vkey with the key that you trust
    (printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; cut -d+ -f3- proof/log.vkey | base64 -d | tail -c 32) > key.der

    # 5. it signed the seal (a DSSE envelope), or the key in proof/seal.vkey did, which the receipts in proof/keys/ name
    vkey=proof/seal.vkey; [ -f $vkey ] || vkey=proof/log.vkey
    (printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; cut -d+ -f3- $vkey | base64 -d | tail -c 32) > seal.der
    (printf 'DSSEv1 28 application/vnd.in-toto+json %s ' "$(wc -c < proof/seal.json | tr -d ' ')"; cat proof/seal.json) > signed
    grep -o '"sig":"[^"]*"' proof/seal.dsse.json | cut -d'"' -f4 | base64 -d > sig
    openssl pkeyutl -verify -pubin -keyform DER -inkey seal.der -rawin -in signed -sigfile sig

    # 6. the log's key signed its checkpoint
    head -n 3 proof/checkpoint > signed
    sed -n 5p proof/checkpoint | cut -d' ' -f3 | base64 -d | tail -c 64 > sig
    openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in signed -sigfile sig

Each proof/*.tlog-proof leads from one receipt (its name is the SHA-256 of the receipt's file, and the entry in the log is these 32
bytes) to a checkpoint, by RFC 6962; the format is C2SP tlog-proof.

Each proof/keys/*.json is a receipt about the organisation's keys. Its \`note\` is a C2SP signed note by the key whose time ends and by the
one that follows: from this receipt's place in the log on, the new one signs seals.

Trust comes from the key that you know, never from the one in this bundle. Times are claims of the organisation.
`;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/gu, ' ').replaceAll('`', '’').trim();
