import assert from 'node:assert/strict';
import { it } from 'node:test';
import { expectedHeight } from './expected-height.ts';

const view = (code: string): number => expectedHeight({ view: true, code });

it('a chart is as tall as it says, and several stand one below the other', () => {
  assert.equal(view('Plot.plot({ width, height: 360, marks: [] })'), 360);
  assert.equal(view('display(Plot.plot({height:90}))\ndisplay(Plot.dot([]).plot({ height : 120 }))'), 210);
});

it('what says nothing is taken for a chart, a value for a line', () => {
  const chart = view('shap.beeswarm(explanation)');
  assert.ok(chart > 100);
  for (const code of ['Plot.plot({ height })', 'Plot.plot({ lineHeight: 300 })', 'Plot.plot({ height: 0.5 })'])
    assert.equal(view(code), chart, code);
  assert.ok(expectedHeight({ view: false, code: 'const a = { height: 300 };' }) < 30);
});
