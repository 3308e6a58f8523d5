/** What flows and browser tests would each make for themselves, and not at the same time: the built page, the unpacked browser. */
import { buildWorkbench } from '../workbench/build.node.ts';
import { findChromium } from './browser/chromium.ts';

await Promise.all([buildWorkbench(console.log), findChromium()]);
