/** The page's tokens as the frame needs them: colours resolved for the theme that is shown. */
const COLOURS =
  'paper raised sunken ink grey grey-2 grey-3 line line-strong hover gold gold-fill accent accent-fill pass near crossed crossed-wash unknown negative positive'.split(
    ' ',
  );
const PLAIN = ['serif', 'sans', 'mono', 't12', 't14', 't16', 't20', 't28', 't40', 'radius'];

/** @param scheme whose colours, whatever is shown */
export function readTokens(scheme?: 'light'): Readonly<Record<string, string>> {
  const { dataset } = document.documentElement;
  const shown = dataset['theme'];
  if (scheme) dataset['theme'] = scheme;
  const tokens = resolved();
  if (scheme && shown === undefined) delete dataset['theme'];
  else if (scheme) dataset['theme'] = shown;
  return tokens;
}

function resolved(): Record<string, string> {
  const probe = document.createElement('i');
  // Even the briefest transition would still show the last colour.
  probe.style.setProperty('transition', 'none', 'important');
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const tokens: Record<string, string> = {};
  for (const name of COLOURS) {
    probe.style.color = `var(--${name})`;
    tokens[`--${name}`] = style.color;
  }
  for (const name of PLAIN) tokens[`--${name}`] = style.getPropertyValue(`--${name}`).trim();
  probe.remove();
  return tokens;
}
