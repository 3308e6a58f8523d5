/** The port of the frame, in the hands of someone who holds it: it answers the functions that are offered and nothing else. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { expose as Expose } from '../../workbench/frame/port.ts';
import { type ModulePage, openModule } from './module-page.ts';

/** Everything that is no call of a function on offer. */
const FORGED = `[
  [1, 'constructor', ['return this']], [1, '__proto__', []], [1, 'toString', []], [1, 'hasOwnProperty', ['echo']],
  [1, 'echo.constructor', ['return this']], [1, 'echo.call', []], [1, ['echo'], []], [1, ['echo', 'constructor'], ['return this']],
  [1, 'inner', []], [1, 'inner.secret', []], [1, 'secret', []], [1, 'none', []], [1, '', []], [1, 'x'.repeat(1e6), []],
  ['1', 'echo', []], [1, 'echo'], [1, 'echo', 'x'], [1, 'echo', {length: 1}], [{}, 'echo', []], [1, {toString: null}, []],
  null, undefined, 1, 'echo', {}, [], {0: 1, 1: 'echo', 2: []}, new Map([[0, 1]]), new ArrayBuffer(1e6), Array.from({length: 1e5}),
]`;

/** In the page: what was called, and what was answered with success. */
async function forge(
  page: ModulePage['page'],
  exposer: string,
): Promise<{ called: number; granted: number; refused: number }> {
  return page.evaluate(
    async ([exposeText, messages]) => {
      const { port1, port2 } = new MessageChannel();
      let called = 0;
      const api = {
        echo: (...args: unknown[]) => {
          called++;
          return args.length;
        },
        inner: { secret: () => 'secret' },
      };
      // oxlint-disable-next-line no-eval -- the test's own text, in a page of its own
      const expose = (0, eval)(exposeText) as (api: object, port: MessagePort) => void;
      const found =
        exposeText === 'null' ? ((await import('/module.js' as string)) as { expose: typeof Expose }).expose : expose;
      found(Object.create({ secret: () => 'secret' }, Object.getOwnPropertyDescriptors(api)) as object, port1);
      let granted = 0;
      let refused = 0;
      const last = new Promise<void>((resolve) => {
        port2.addEventListener('message', ({ data }: MessageEvent<[number, boolean, unknown]>) => {
          if (data[0] === 999) resolve();
          else if (data[1]) granted++;
          else refused++;
        });
        port2.start();
      });
      // oxlint-disable-next-line no-eval -- the test's own text, in a page of its own
      for (const message of (0, eval)(messages) as unknown[]) port2.postMessage(message);
      port2.postMessage([999, 'echo', [1, 2]]);
      await last;
      return { called, granted, refused };
    },
    [exposer, FORGED] as const,
  );
}

/** As comlink does it: any path that it is told. */
const NAIVE = `(api, port) => {
  port.addEventListener('message', ({ data }) => {
    try {
      const [id, path, args] = data;
      const value = [path].flat().join('.').split('.').reduce((owner, name) => owner[name], api);
      const result = typeof value === 'function' ? value.apply(api, args) : value;
      port.postMessage([id, true, typeof result === 'object' || typeof result === 'function' ? String(Object.keys(result)) : result]);
    } catch (error) { port.postMessage([0, false, String(error)]) }
  });
  port.start();
}`;

describe('the port', () => {
  let opened: ModulePage;
  before(async () => {
    opened = await openModule('workbench/frame/port.ts');
  });
  after(() => opened.close());

  it('grants nothing that is not on offer, and goes on serving', async () => {
    const { called, granted, refused } = await forge(opened.page, 'null');
    assert.deepEqual([called, granted], [1, 0]);
    assert(refused > 0, 'refusals are told');
  });

  it('where paths are walked, the same messages reach what is not on offer', async () => {
    const { granted } = await forge(opened.page, NAIVE);
    assert(granted > 3, `the twin granted ${granted}`);
  });

  it('answers with a coded error that does not echo what was sent at length', async () => {
    const error = await opened.page.evaluate(async () => {
      const { expose } = (await import('/module.js' as string)) as { expose: typeof Expose };
      const { port1, port2 } = new MessageChannel();
      expose({}, port1);
      const answer = new Promise<MessageEvent<[number, boolean, { code: string; message: string }]>>((resolve) => {
        port2.addEventListener('message', resolve, { once: true });
        port2.start();
      });
      port2.postMessage([1, 'x'.repeat(1e6), []]);
      return (await answer).data[2];
    });
    assert.equal(error.code, 'NOT_FOUND');
    assert(error.message.length < 300);
  });
});
