/** A Python that has what a rival needs: Debian's packages belong to /usr/bin/python3, whatever comes first on the PATH. */
import { spawnSync } from 'node:child_process';

export function pythonWith(...modules: readonly string[]): string | null {
  const imports = `import ${modules.join(', ')}`;
  return (
    ['python3', '/usr/bin/python3'].find(
      (name) => spawnSync(name, ['-c', imports], { stdio: 'ignore' }).status === 0,
    ) ?? null
  );
}
