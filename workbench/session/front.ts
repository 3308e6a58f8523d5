/** Changes keys of the front matter and leaves the rest of it, comments and order, as it stands. */
import { Document, isMap, isSeq, type Node, parseDocument as parseYaml } from 'yaml';
import { replaceText } from '#common/document/edit.ts';
import { parseDocument } from '#common/document/document.ts';
import type { NotebookDocument } from '#common/notebook.ts';

export type FrontChange = Partial<Pick<NotebookDocument, 'title' | 'uses' | 'datasets' | 'seed'>>;

/** @throws NOTEBOOK_INVALID when the result is no front matter */
export function setFront(source: string, change: FrontChange): string {
  const [first] = parseDocument(source).parts;
  const had = first?.kind === 'front';
  const yaml = had
    ? first.source.replace(/^\uFEFF?---[ \t]*\r?\n/, '').replace(/(?:---|\.\.\.)[ \t]*(?:\r?\n)?$/, '')
    : '';
  const parsed = parseYaml(yaml);
  const document = isMap(parsed.contents) ? parsed : new Document({});
  for (const [key, value] of Object.entries(change)) {
    const old = document.get(key, true) as Node | undefined;
    const node: Node = document.createNode(value);
    if (isSeq(node)) node.flow = !isSeq(old) || old.flow !== false;
    node.comment = old?.comment ?? null;
    node.commentBefore = old?.commentBefore ?? null;
    document.set(key, node);
  }
  const text = `---\n${document.toString({ lineWidth: 0, flowCollectionPadding: false })}---\n`;
  const edited = had ? replaceText(source, 0, text) : `${text}\n${source}`;
  parseDocument(edited);
  return edited;
}
