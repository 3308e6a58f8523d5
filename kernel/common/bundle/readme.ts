import { STEPS } from './readme-steps.ts';
import type { BundleParts } from './types.ts';

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
| receipts/ | what happened, in order: open, each data set, call and cell, close; of a very long run in one file, run.jsonl, a line each |
| env.json, comparators.json | what it ran on; how a re-run is to be compared |
| ro-crate-preview.html | all of this as a page |
| ro-crate-metadata.json | the same for machines: RO-Crate 1.1, Process Run Crate 0.5 |
| manifest-sha256.txt | SHA-256 of every file above |
| proof/ | the seal over the manifest, its signatures in the forms of several tools, and the proofs that all receipts are in the organisation's log |

## Check it with Assay

    npx assay verify run.zip
    npx assay reproduce run.zip

or drop the file on the Verify page of any Assay workbench. Both work offline.

${STEPS}
## What this shows, and what not

Trust comes from the key that you know, never from the one in this bundle. Times are claims of the organisation, except where an
authority or a witness attests them. That the files are whole and signed is what these steps show; that receipts form an unbroken
chain, follow from each other as their kinds allow, and add up to the root is what \`assay verify\` checks besides.
`;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/gu, ' ').replaceAll('`', '’').trim();
