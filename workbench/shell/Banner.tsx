import { Match, Switch } from 'solid-js';
import { useKernel } from '../kernel.tsx';

/** Says that the kernel is away; the page goes on showing what it has. */
export function Banner() {
  const { connection } = useKernel();
  return (
    <Switch>
      <Match when={connection() === 'offline'}>
        <p class="banner" role="status">
          The kernel does not answer. What you write is kept here and saved when it is back. <code>OFFLINE</code>
        </p>
      </Match>
    </Switch>
  );
}
