/** The frame's styles, without `style` or `link` elements, which cells could clone and point elsewhere. */
import inter from '@fontsource-variable/inter/wght.css?inline';
import mono from '@fontsource-variable/jetbrains-mono/wght.css?inline';
import serif from '@fontsource-variable/source-serif-4/opsz.css?inline';
import prose from '../parts/prose.css?inline';
import frame from './frame.css?inline';

export function adoptStyles(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync([inter, mono, serif, prose, frame].join('\n'));
  document.adoptedStyleSheets = [sheet];
  // Before the first line that needs them.
  for (const font of ['Source Serif 4 Variable', 'Inter Variable', 'JetBrains Mono Variable'])
    document.fonts.load(`1em "${font}"`).catch(() => undefined);
}
