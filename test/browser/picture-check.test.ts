/** What a cell hands over as a picture may be made to run or to load something where the file is opened: nothing of that is left. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type ModulePage, openModule } from './module-page.ts';

let module: ModulePage;
before(async () => {
  module = await openModule('workbench/notebook/picture-check.ts');
});
after(() => module.close());

/** What the page would save, or the code of its refusal. */
const check = (svg: unknown): Promise<string> =>
  module.page.evaluate(async (given) => {
    const { checkPicture } = (await import('/module.js' as string)) as { checkPicture(svg: unknown): { svg: string } };
    try {
      return checkPicture(given).svg;
    } catch (error) {
      return (error as { code: string }).code;
    }
  }, svg);

const HEAD =
  '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="30"';
const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';

const HOSTILE: Readonly<Record<string, string>> = {
  script: '<script>steal()</script>',
  'script in another namespace': '<script xmlns="http://www.w3.org/1999/xhtml">steal()</script>',
  handler: '<rect onload="steal()" onclick="steal()" width="4"/>',
  link: '<a href="https://steal.example/"><text>steal</text></a>',
  'link by xlink': '<image xlink:href="https://steal.example/a.png"/>',
  'image from elsewhere': '<image href="https://steal.example/a.png"/>',
  'an SVG in an image': '<image href="data:image/svg+xml;base64,c3RlYWw="/>',
  'foreign markup':
    '<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="https://steal.example"/></foreignObject>',
  'style sheet': '<style>@import "https://steal.example/steal.css"</style>',
  'style of a mark': '<rect style="fill:url(https://steal.example/)"/>',
  'paint from elsewhere': '<rect fill="url(https://steal.example/#steal)"/>',
  'a clip from elsewhere': '<g clip-path="url(https://steal.example/a.svg#steal)"><rect/></g>',
  'a marker by data': '<path marker-end="url(data:image/svg+xml,steal#a)"/>',
  'a name that is markup': '<rect id="a&quot; onload=&quot;steal()"/>',
  'paint, escaped': '<rect fill="u\\72l(https://steal.example/)"/>',
  'use of another file': '<use href="https://steal.example/a.svg#steal"/>',
  animation: '<animate attributeName="href" to="javascript:steal()"/><set attributeName="onload" to="steal()"/>',
  'a stylesheet instruction': '<?xml-stylesheet href="https://steal.example/steal.css"?>',
};

for (const [name, inside] of Object.entries(HOSTILE)) {
  it(`leaves out: ${name}`, async () => {
    const text = `${HEAD} onload="steal()">${inside}<circle r="3" fill="rgb(1, 2, 3)"/></svg>`;
    assert.match(text, /steal/);
    const kept = await check(text);
    assert.doesNotMatch(kept, /steal|script|data:image\/svg/i);
    assert.match(kept, /<circle r="3" fill="rgb\(1, 2, 3\)"\/>/);
  });
}

it('keeps shapes, text and pixels as they are', async () => {
  const inside = `<g transform="translate(1,2)"><text x="3" font-size="12px">a &lt; b<tspan dy="1">c</tspan></text><image href="${PIXEL}" width="4"/></g>`;
  assert.ok((await check(`${HEAD}>${inside}</svg>`)).includes(inside));
});

it('keeps what one mark takes from another of the same picture', async () => {
  const inside = `<defs><clipPath id="cut-1"><rect width="4"/></clipPath><linearGradient id="fade"><stop offset="0" stop-color="red"/></linearGradient></defs><g clip-path="url(#cut-1)"><rect fill="url(#fade)"/></g>`;
  assert.ok((await check(`${HEAD}>${inside}</svg>`)).includes(inside));
});

it('refuses what is no picture, what expands, and what is too large', async () => {
  const entities = `<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${HEAD}><text>&b;</text></svg>`;
  const deep = `${HEAD}>${'<g>'.repeat(300_000)}${'</g>'.repeat(300_000)}</svg>`;
  const huge = HEAD.replace('width="40"', 'width="90000"');
  const many = `${HEAD}>${'<g/>'.repeat(200_001)}</svg>`;
  for (const svg of [
    7,
    null,
    '',
    'plain',
    '<html/>',
    `${HEAD}>`,
    '<svg width="9" height="9"/>',
    entities,
    `${huge}/>`,
    many,
    deep,
  ])
    assert.equal(await check(svg), 'PICTURE_REFUSED', String(svg).slice(0, 60));
});
