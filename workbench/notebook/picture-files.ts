/** What a cell drew as a file that the page names, or on the clipboard: offered where the frame asks, at once where the page was asked. */
import inter from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url';
import serif from '@fontsource-variable/source-serif-4/files/source-serif-4-latin-opsz-normal.woff2?url';
import { toBase64 } from '#common/bytes.ts';
import { dismiss, toast, toastError } from '../parts/toast.ts';
import { type CheckedPicture, checkPicture } from './picture-check.ts';

/** Pixels of a PNG for each of the page. */
const SHARP = 2;

const FONTS = [
  ['Inter Variable', inter],
  ['Source Serif 4 Variable', serif],
] as const;

let busy = false;
/** The one picture that waits for an answer. */
let offered: number | undefined;

/**
 * @param svg as the frame gave it
 * @param name of the notebook and the cell
 */
export async function offerPicture(kind: unknown, svg: unknown, name: string): Promise<void> {
  // One at a time: a cell can ask for as many as it likes.
  if (busy) return;
  busy = true;
  try {
    const { checked, blob, file } = await pictureFile(kind === 'png' ? 'png' : 'svg', svg, name);
    // Any click counts for the frame too, so only one in the page itself can be told from what a cell makes up.
    if (offered !== undefined) dismiss(offered);
    offered = toast(`${file} is ready.`, {
      ms: 30_000,
      actions: [
        { label: 'Save', run: () => save(blob, file) },
        { label: 'Copy', run: () => void copy(checked, kind === 'png' ? blob : null) },
      ],
    });
  } catch (error) {
    toastError(error);
  } finally {
    busy = false;
  }
}

/** For a gesture in the page itself. */
export async function takePicture(kind: 'svg' | 'png' | 'copy', svg: unknown, name: string): Promise<void> {
  try {
    const { checked, blob, file } = await pictureFile(kind === 'svg' ? 'svg' : 'png', svg, name);
    if (kind === 'copy') await copy(checked, blob);
    else save(blob, file);
  } catch (error) {
    toastError(error);
  }
}

/** @throws PICTURE_REFUSED */
async function pictureFile(
  kind: 'svg' | 'png',
  svg: unknown,
  name: string,
): Promise<{ readonly checked: CheckedPicture; readonly blob: Blob; readonly file: string }> {
  const checked = checkPicture(svg);
  const blob = kind === 'png' ? await pixelsOf(checked) : new Blob([checked.svg], { type: 'image/svg+xml' });
  return { checked, blob, file: `${name.replace(/[^\p{L}\p{N} _-]+/gu, '-').slice(0, 80)}.${kind}` };
}

function save(blob: Blob, file: string): void {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** SVG as its text, which drawing programs paste. */
async function copy({ svg }: CheckedPicture, png: Blob | null): Promise<void> {
  try {
    if (png) await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
    else await navigator.clipboard.writeText(svg);
    toast(`Copied as ${png ? 'PNG' : 'SVG'}.`, { ms: 3000 });
  } catch (error) {
    toastError(error);
  }
}

/** An image has no fonts of the page's: it brings its own. */
async function face([name, url]: readonly [string, string]): Promise<string> {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  return `@font-face{font-family:"${name}";font-weight:100 900;src:url(data:font/woff2;base64,${toBase64(bytes)})}`;
}

async function pixelsOf({ svg, width, height }: CheckedPicture): Promise<Blob> {
  const faces = `<style>${(await Promise.all(FONTS.filter(([name]) => svg.includes(name)).map(face))).join('')}</style>`;
  const image = new Image();
  const url = URL.createObjectURL(
    new Blob([svg.replace(/^<svg[^>]*>/, (open) => open + faces)], { type: 'image/svg+xml' }),
  );
  try {
    image.src = url;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: width * SHARP, height: height * SHARP });
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large.'))), 'image/png');
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
