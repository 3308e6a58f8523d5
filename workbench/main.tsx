import './styles/index.ts';
import { render } from 'solid-js/web';
import { App } from './shell/App.tsx';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no #app.');
render(() => <App />, root);
