/** Every plugin in plugins/ goes through the suite that the host ships. */
import assert from 'node:assert/strict';
import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkPlugin } from '../../kernel/host/conformance.ts';

for (const name of readdirSync('plugins').filter((folder) => existsSync(join('plugins', folder, 'plugin.json'))))
  test(`the plugin ${name} conforms`, async () => {
    const { checks } = await checkPlugin(join('plugins', name));
    assert.deepEqual(
      checks.filter(({ ok }) => !ok).map(({ what, detail }) => `${what}: ${detail}`),
      [],
    );
  });
