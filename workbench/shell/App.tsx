import './shell.css';
import '../styles/print.css';
import { createEffect, ErrorBoundary, lazy, Match, onCleanup, Suspense, Switch } from 'solid-js';
import { KernelProvider } from '../kernel.tsx';
import { Gallery } from '../pages/gallery/Gallery.tsx';
import { Failure } from '../parts/Failure.tsx';
import { refuseDrops } from '../parts/DropZone.tsx';
import { Toasts } from '../parts/Toasts.tsx';
import { followLinks, type Place, place } from '../router.ts';
import { Banner } from './Banner.tsx';
import { Drawer } from './Drawer.tsx';
import { PaletteHost } from './PaletteHost.tsx';
import { TopBar } from './TopBar.tsx';

const Notebook = lazy(async () => ({ default: (await import('../notebook/NotebookPage.tsx')).NotebookPage }));
const Verify = lazy(async () => ({ default: (await import('../pages/verify/Verify.tsx')).Verify }));
const Datasets = lazy(async () => ({ default: (await import('../pages/datasets/Datasets.tsx')).Datasets }));
const Plugins = lazy(async () => ({ default: (await import('../pages/plugins/Plugins.tsx')).Plugins }));
const Receipts = lazy(async () => ({ default: (await import('../pages/receipts/Receipts.tsx')).Receipts }));
const Keys = lazy(async () => ({ default: (await import('../pages/keys/Keys.tsx')).Keys }));

const TITLES: Record<Place['page'], string> = {
  gallery: 'Notebooks',
  notebook: 'Notebook',
  verify: 'Verify',
  datasets: 'Data sets',
  plugins: 'Plugins',
  receipts: 'Receipts',
  keys: 'Keys',
  missing: 'Not found',
};

export function App() {
  onCleanup(followLinks());
  onCleanup(refuseDrops());
  createEffect(() => {
    document.title = `${TITLES[place().page]} · Assay`;
  });
  const at = <P extends Place['page']>(page: P): Extract<Place, { page: P }> | false => {
    const here = place();
    return here.page === page && (here as Extract<Place, { page: P }>);
  };
  return (
    <KernelProvider>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <TopBar />
      <Drawer />
      <main id="main" tabindex="-1" data-page={place().page}>
        <div class="bars" id="bars">
          <Banner />
        </div>
        <ErrorBoundary fallback={(error: Error, reset) => <Failure error={error} onRetry={reset} />}>
          <Suspense>
            <Switch fallback={<NotHere />}>
              <Match when={at('gallery')}>
                <Gallery />
              </Match>
              <Match when={at('notebook')} keyed>
                {({ name }) => <Notebook name={name} />}
              </Match>
              <Match when={at('verify')}>{(here) => <Verify seal={here().seal} />}</Match>
              <Match when={at('datasets')}>{(here) => <Datasets name={here().name} />}</Match>
              <Match when={at('plugins')}>{(here) => <Plugins name={here().name} method={here().method} />}</Match>
              <Match when={at('receipts')}>{(here) => <Receipts id={here().id} />}</Match>
              <Match when={at('keys')}>
                <Keys />
              </Match>
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </main>
      <PaletteHost />
      <Toasts />
    </KernelProvider>
  );
}

function NotHere() {
  return (
    <div class="page">
      <h1 class="page-title">Nothing lives here</h1>
      <p class="page-lead">
        The address names no page of the workbench. Here are <a href="/">all notebooks</a>.
      </p>
    </div>
  );
}
