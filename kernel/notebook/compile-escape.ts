/**
 * SES refuses any text in which `import(`, `eval(` or an HTML comment could stand, even inside strings. A cell may hold these as data,
 * so they are written in another way that has the same value; `**` becomes the pinned power function.
 */
import type {
  AnyNode,
  AssignmentExpression,
  BinaryExpression,
  Comment,
  Literal,
  TaggedTemplateExpression,
  TemplateLiteral,
  Token,
} from 'acorn';
import { CellError } from './compile-error.ts';
import type { Edits } from './compile-edits.ts';

const REFUSED = /\bimport(?=\s*(?:\(|\/[/*]))|\beval(?=\s*\()|<!--|-->/;
const ALL_REFUSED = new RegExp(REFUSED, 'g');

/** What SES itself tests, on the finished text. */
export const refused = (text: string): string | undefined =>
  REFUSED.exec(text.replace(/(?<!\.)\.(?:import|eval)\b/g, ''))?.[0];

/** Whether the text needs the work below at all; nearly none does. */
export const needsEscape = (text: string): boolean => /\*\*|import|eval|<!--|-->/.test(text);

/** Inside a string or template: the same value, spelt so that nothing is left to refuse. */
const spell = (raw: string): string =>
  raw.replace(ALL_REFUSED, (found) => `${found.slice(0, -1)}\\x${found.charCodeAt(found.length - 1).toString(16)}`);

/** A string literal that SES accepts. */
export const quote = (value: string): string => spell(JSON.stringify(value));

const lineEnds = (text: string): string => text.replace(/[^\n]+/g, '');

export interface Lexed {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
}

/** Called for every node, outer before inner. */
export function escapeNode(node: AnyNode, lexed: Lexed, edits: Edits): void {
  const { text } = lexed;
  switch (node.type) {
    case 'BinaryExpression':
      if (node.operator === '**') power(node, lexed, edits);
      return;
    case 'AssignmentExpression':
      if (node.operator === '**=') powerAssign(node, lexed, edits);
      return;
    case 'Literal':
      return literal(node, text, edits);
    case 'TemplateLiteral':
      return template(node, text, edits);
    case 'TaggedTemplateExpression':
      return tagged(node, text, edits);
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      if (!node.computed) key(node.key, text, edits);
  }
}

/** Comments have no value: blunt the refused words. `a --> b` and `a <!--b` are operators: part them. */
export function escapeTokens({ text, tokens, comments }: Lexed, edits: Edits): void {
  for (const { start, end } of comments) {
    const raw = text.slice(start, end);
    if (REFUSED.test(raw)) {
      edits.replace(
        start,
        end,
        raw.replace(ALL_REFUSED, (f) => (f === '-->' ? '-- >' : `${f[0]!} ${f.slice(1)}`)),
      );
    }
  }
  for (const { start, end } of tokens) {
    const word = text.slice(start, end);
    const next = text.slice(end, end + 1);
    if (word === '--' && next === '>') edits.replace(end, end, ' ');
    if (word === '<' && text.startsWith('!--', end)) edits.replace(end, end, ' ');
  }
}

function literal(node: Literal, text: string, edits: Edits): void {
  const raw = text.slice(node.start, node.end);
  if (!REFUSED.test(raw)) return;
  if (node.regex)
    edits.replace(node.start, node.end, `$regexp(${quote(node.regex.pattern)}, ${quote(node.regex.flags)})`);
  else edits.replace(node.start, node.end, spell(raw));
}

function key(node: AnyNode, text: string, edits: Edits): void {
  if (node.type === 'Literal') literal(node, text, edits);
  else if (node.type === 'Identifier' && (node.name === 'import' || node.name === 'eval')) {
    edits.replace(node.start, node.end, `"${node.name}"`);
  }
}

function template(node: TemplateLiteral, text: string, edits: Edits): void {
  for (const { start, end } of node.quasis) {
    const raw = text.slice(start, end);
    if (REFUSED.test(raw)) edits.replace(start, end, spell(raw));
  }
}

/** A tag sees how a string is spelt (`strings.raw`), so it is handed the strings themselves: `tag(…)` instead of tag`…`. */
function tagged(node: TaggedTemplateExpression, text: string, edits: Edits): void {
  const { quasis } = node.quasi;
  if (!quasis.some(({ start, end }) => REFUSED.test(text.slice(start, end)))) return;
  const cooked = quasis.map(({ value }) => (value.cooked == null ? 'undefined' : quote(value.cooked)));
  const raw = quasis.map(({ value }) => quote(value.raw));
  quasis.forEach(({ start, end }, i) => {
    const open = i === 0 ? `($template([${cooked.join(', ')}], [${raw.join(', ')}])` : ')';
    const close = i === quasis.length - 1 ? ')' : ', (';
    edits.replace(
      start - 1,
      i === quasis.length - 1 ? end + 1 : end + 2,
      open + lineEnds(text.slice(start, end)) + close,
    );
  });
  // The strings are out of the tree's sight now.
  (node.quasi as { quasis: unknown[] }).quasis = [];
}

function power(node: BinaryExpression, lexed: Lexed, edits: Edits): void {
  edits.before(node.start, '$pow(');
  operator('**', node.left.end, node.right.start, lexed, edits);
  edits.after(node.end, ')');
}

/** `x **= y` and `o.k **= y`; anything whose parts may not be read twice goes through a helper. */
function powerAssign(node: AssignmentExpression, lexed: Lexed, edits: Edits): void {
  const { text } = lexed;
  const { left, right } = node;
  if (left.type === 'Identifier') {
    edits.before(node.start, `${left.name} = $pow(`);
  } else if (
    left.type === 'MemberExpression' &&
    left.object.type !== 'Super' &&
    left.property.type !== 'PrivateIdentifier'
  ) {
    edits.before(node.start, '$powset(');
    const between = text.slice(left.object.end, left.property.start);
    edits.replace(left.object.end, left.property.start, `, ${lineEnds(between)}`);
    if (left.computed) edits.replace(left.property.end, left.end, '');
    else
      edits.replace(left.property.start, left.property.end, quote(text.slice(left.property.start, left.property.end)));
  } else {
    throw new CellError('CELL_REFUSED', 'Write `a = a ** b` here instead of `**=`.', node.start, node.end);
  }
  operator('**=', left.end, right.start, lexed, edits);
  edits.after(node.end, ')');
}

function operator(sign: string, from: number, to: number, { text, tokens }: Lexed, edits: Edits): void {
  const token = tokens.find(({ start, end }) => start >= from && end <= to && text.slice(start, end) === sign)!;
  edits.replace(token.start, token.end, ',');
}
