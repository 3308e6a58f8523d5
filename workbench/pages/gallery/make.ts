/** New notebooks, from nothing or from a file. Each returns the name that the notebook got. */
import { AssayError } from '#common/errors.ts';
import type { KernelClient } from '../../kernel-client.ts';

const FIRST = `---
title: Untitled
uses: []
datasets: [wages]
seed: 1
---

What do you want to know? Write it here, in Markdown. Click any text to edit it.

\`\`\`sql id=by_sex name=by_sex
SELECT sex, count(*) AS people, avg(wage) AS mean_wage
FROM wages
GROUP BY sex
ORDER BY sex
\`\`\`

A cell reads what others define by name, and runs again when they change.

\`\`\`ts id=gap
const [women, men] = by_sex.column('mean_wage');
const gap = men - women;
\`\`\`
`;

export function newNotebook(client: KernelClient): Promise<string> {
  return make('untitled', (name) => client.createNotebook(name, FIRST));
}

/** @param file `.md` or `.ipynb`; its name becomes the notebook's, with a number if that is taken */
export async function importFile(client: KernelClient, file: File | undefined): Promise<string> {
  if (!file) throw new AssayError('INPUT_INVALID', 'Drop a .md or .ipynb file.');
  const source = await file.text();
  const stem = file.name
    .replace(/\.(?:md|ipynb)$/i, '')
    .replace(/[^\p{L}\p{N} _-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+|[ -]+$/gu, '')
    .slice(0, 70);
  const jupyter = /\.ipynb$/i.test(file.name);
  return make(stem || 'imported', (name) =>
    jupyter ? client.importNotebook(name, source) : client.createNotebook(name, source),
  );
}

async function make(stem: string, create: (name: string) => Promise<{ readonly name: string }>): Promise<string> {
  for (let n = 1; ; n++) {
    try {
      return (await create(n === 1 ? stem : `${stem}-${n}`)).name;
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== 'NOTEBOOK_EXISTS' || n > 99) throw error;
    }
  }
}
