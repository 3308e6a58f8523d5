/**
 * Markdown as elements. They are built one by one from marked's tokens and never parsed from HTML: raw HTML in a text shows as it is
 * written, so a notebook from a stranger can put nothing into the page but prose.
 */
import { lexer, type Token, type Tokens } from 'marked';

export function renderProse(markdown: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  appendAll(fragment, lexer(markdown));
  return fragment;
}

/** The address if it is one that a link may have, else null. */
function safeHref(href: string): string | null {
  try {
    const { protocol } = new URL(href, location.href);
    return ['http:', 'https:', 'mailto:'].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}

function appendAll(parent: Node, tokens: readonly Token[] | undefined): void {
  for (const token of tokens ?? []) append(parent, token);
}

function element<K extends keyof HTMLElementTagNameMap>(
  parent: Node,
  tag: K,
  tokens?: readonly Token[],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  appendAll(made, tokens);
  parent.appendChild(made);
  return made;
}

const INLINE: Readonly<Record<string, 'em' | 'strong' | 'del'>> = { em: 'em', strong: 'strong', del: 'del' };

function append(parent: Node, token: Token): void {
  switch (token.type) {
    case 'space':
    case 'def':
      return;
    case 'heading': {
      const { depth, tokens, text } = token as Tokens.Heading;
      element(parent, `h${Math.min(6, depth)}` as 'h2', tokens).id = slug(text);
      return;
    }
    case 'paragraph':
      return void element(parent, 'p', token.tokens);
    case 'blockquote':
      return void element(parent, 'blockquote', token.tokens);
    case 'hr':
      return void element(parent, 'hr');
    case 'br':
      return void element(parent, 'br');
    case 'em':
    case 'strong':
    case 'del':
      return void element(parent, INLINE[token.type] as 'em', token.tokens);
    case 'codespan':
      element(parent, 'code').textContent = (token as Tokens.Codespan).text;
      return;
    case 'code':
      element(element(parent, 'pre'), 'code').textContent = (token as Tokens.Code).text;
      return;
    case 'list':
      return list(parent, token as Tokens.List);
    case 'table':
      return table(parent, token as Tokens.Table);
    case 'checkbox': {
      const { checked } = token as Tokens.Checkbox;
      const box = Object.assign(element(parent, 'input'), { type: 'checkbox', checked, disabled: true });
      box.setAttribute('aria-label', checked ? 'Done' : 'To do');
      return;
    }
    case 'link':
      return link(parent, token as Tokens.Link);
    case 'image':
      return image(parent, token as Tokens.Image);
    case 'text':
    case 'escape':
      if ('tokens' in token && token.tokens) return appendAll(parent, token.tokens);
      parent.appendChild(document.createTextNode(unescape((token as Tokens.Text).text)));
      return;
    default:
      parent.appendChild(document.createTextNode(token.raw));
  }
}

/** marked leaves character references in text to the HTML parser; these are the ones that people write. */
const unescape = (text: string): string =>
  text.replaceAll(
    /&(?:amp|lt|gt|quot|nbsp|#39);/g,
    (found) =>
      ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&nbsp;': '\u00a0', '&#39;': "'" })[found] ?? found,
  );

function list(parent: Node, { ordered, start, items }: Tokens.List): void {
  const made = element(parent, ordered ? 'ol' : 'ul');
  if (ordered && typeof start === 'number' && start !== 1) (made as HTMLOListElement).start = start;
  for (const item of items) {
    const li = element(made, 'li', item.tokens);
    if (item.task) li.className = 'task';
  }
}

function table(parent: Node, { header, rows, align }: Tokens.Table): void {
  const made = element(element(parent, 'div'), 'table');
  made.parentElement?.classList.add('prose-table');
  const cells = (row: Tokens.TableCell[], tag: 'th' | 'td', into: Node): void => {
    const tr = element(into, 'tr');
    for (const [i, { tokens }] of row.entries()) {
      const cell = element(tr, tag, tokens);
      if (align[i]) cell.dataset['align'] = align[i];
    }
  };
  cells(header, 'th', element(made, 'thead'));
  const body = element(made, 'tbody');
  for (const row of rows) cells(row, 'td', body);
}

function link(parent: Node, { href, title, tokens }: Tokens.Link): void {
  const safe = safeHref(href);
  if (safe === null) return appendAll(parent, tokens);
  const made = element(parent, 'a', tokens);
  made.href = safe;
  if (title) made.title = title;
  if (made.origin !== location.origin) Object.assign(made, { target: '_blank', rel: 'noopener noreferrer' });
}

/** Pictures come from the file itself: anything else would tell another server who reads. */
function image(parent: Node, { href, text }: Tokens.Image): void {
  if (!/^data:image\/(?:png|jpeg|gif|webp|svg\+xml)[;,]/.test(href)) {
    element(parent, 'em').textContent = `[${text || 'image'}]`;
    return;
  }
  Object.assign(element(parent, 'img'), { src: href, alt: text });
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
