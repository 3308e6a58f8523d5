/** The Verify page by itself, as `assay verifier` saves it: one file, opened from a disk, that asks nobody anything. */
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/controls.css';
import '../styles/page.css';
import './verifier.css';
import { render } from 'solid-js/web';
import { VerifyBundle } from '../pages/verify/VerifyBundle.tsx';
import { Toasts } from '../parts/Toasts.tsx';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no #app.');
render(
  () => (
    <>
      <main>
        <VerifyBundle />
      </main>
      <footer class="verifier-foot quiet">
        Assay’s verifier as one file: it works offline, loads nothing and sends nothing. Whoever gave you a bundle
        should not be who gave you this page.
      </footer>
      <Toasts />
    </>
  ),
  root,
);
