/** The kernel for Solid: one client, what it said last, and events that keep it fresh. */
import {
  type Accessor,
  createContext,
  createResource,
  createSignal,
  onCleanup,
  onMount,
  type ParentProps,
  useContext,
} from 'solid-js';
import type { AssayError } from '#common/errors.ts';
import type { KernelEvent } from '#common/protocol.ts';
import { createKernelClient, type KernelClient } from './kernel-client.ts';
import { type Connection, openEvents } from './kernel-events.ts';

type Listener = (event: KernelEvent) => void;

interface KernelContext {
  readonly client: KernelClient;
  readonly connection: Accessor<Connection>;
  /** Calls the listener with every event until the owner is disposed. */
  readonly onEvent: (listener: Listener) => void;
}

const Context = createContext<KernelContext>();

export function KernelProvider(props: ParentProps<{ readonly client?: KernelClient }>) {
  const client = props.client ?? createKernelClient();
  const [connection, setConnection] = createSignal<Connection>('connecting');
  const listeners = new Set<Listener>();
  const tell = (event: KernelEvent): void => listeners.forEach((listener) => listener(event));
  const context: KernelContext = {
    client,
    connection,
    onEvent(listener) {
      listeners.add(listener);
      onCleanup(() => listeners.delete(listener));
    },
  };
  onMount(() => {
    const close = openEvents({
      url: client.eventsUrl,
      onEvent: tell,
      onConnection: setConnection,
      onGap: () => dispatchEvent(new Event('assay:gap')),
    });
    onCleanup(close);
  });
  return <Context.Provider value={context}>{props.children}</Context.Provider>;
}

export function useKernel(): KernelContext {
  const context = useContext(Context);
  if (!context) throw new Error('useKernel outside KernelProvider');
  return context;
}

export interface Loaded<T> {
  readonly value: Accessor<T | undefined>;
  readonly error: Accessor<AssayError | undefined>;
  readonly loading: Accessor<boolean>;
  readonly reload: () => void;
}

/** Something the kernel knows, read again when an event that `stale` accepts comes in or events were lost. */
export function createLoaded<T>(
  read: (client: KernelClient) => Promise<T>,
  stale: (event: KernelEvent) => boolean = () => false,
): Loaded<T> {
  const { client, onEvent } = useKernel();
  const [error, setError] = createSignal<AssayError>();
  const [resource, { refetch }] = createResource<T | undefined>(async (_source, { value }) => {
    try {
      const result = await read(client);
      setError(undefined);
      return result;
    } catch (cause) {
      setError(() => cause as AssayError);
      return value;
    }
  });
  const reload = (): void => void refetch();
  onEvent((event) => {
    if (stale(event)) reload();
  });
  addEventListener('assay:gap', reload);
  onCleanup(() => removeEventListener('assay:gap', reload));
  return { value: () => resource.latest, error, loading: () => resource.loading, reload };
}
