/** Two small pages that stand on their own: no script, no file, nothing of the token. */

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 Inter,system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem;
color:#1d1d1b;background:#fbfaf6}h1{font:600 28px/1.2 "Source Serif 4",Georgia,serif}code{font:14px "JetBrains Mono",ui-monospace,monospace;
background:#8881;padding:.15em .4em;border-radius:3px}p{margin:1em 0}@media(prefers-color-scheme:dark){body{color:#e8e6df;background:#17181a}}`;

const page = (title: string, head: string, main: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
${head}<style>${STYLE}</style></head><body><main>${main}</main></body></html>
`;

/** `default-src 'none'` of every reply, but for its own style. */
export const SMALL_PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const SIGN_IN_PAGE = page(
  'Assay: sign in',
  '',
  `<h1>Assay is running, and doesn’t know you yet</h1>
<p>Open the link that it printed in the terminal when it started. It looks like <code>http://127.0.0.1:…/sign-in?token=…</code> and is good until
the kernel stops.</p><p>Lost it? Stop the kernel with <code>Ctrl C</code> and start it again: <code>npm start</code></p>`,
);

export const BAD_LINK_PAGE = page(
  'Assay: old link',
  '',
  `<h1>This link is from another time</h1>
<p>Each start of the kernel prints a new link, and the old ones end with it. Open the newest one in the terminal.</p>`,
);

/** Goes on from a page of ours: a redirect would still count as the other site's, and a strict cookie would stay behind. */
export const onwardPage = (path: string): string => {
  const safe = path.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return page(
    'Assay',
    `<meta http-equiv="refresh" content="0;url=${safe}">`,
    `<p><a href="${safe}">Go to Assay</a></p>`,
  );
};
