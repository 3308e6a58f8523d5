import { moment } from './duration.ts';

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** @param seconds before now */
function ago(seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ['second', 1];
  return unit === 'second' ? 'just now' : words.format(-Math.floor(seconds / size), unit);
}

/** A time as people say it, with the exact one on hover. @param props.time RFC 3339 */
export function Ago(props: { readonly time: string }) {
  return (
    <time datetime={props.time} title={moment(props.time)}>
      {ago((Date.now() - Date.parse(props.time)) / 1000)}
    </time>
  );
}
