import type { JSX } from 'solid-js';

/** Strokes on a 16 × 16 grid, 1.5 wide. */
const PATHS = {
  add: 'M8 3v10M3 8h10',
  check: 'M3 8.500l3.500 3.500L13 4.500',
  chevron: 'M6 4l4 4-4 4',
  close: 'M4 4l8 8M12 4l-8 8',
  code: 'M5.500 4.500L2 8l3.500 3.500M10.500 4.500L14 8l-3.500 3.500',
  data: 'M2.500 4c0-1 2.500-1.500 5.500-1.500s5.500.5 5.500 1.500-2.500 1.500-5.500 1.500S2.500 5 2.500 4zM2.500 4v8c0 1 2.500 1.500 5.500 1.500s5.500-.5 5.500-1.500V4M2.500 8c0 1 2.500 1.500 5.500 1.500S13.500 9 13.500 8',
  down: 'M8 3v10M4 9l4 4 4-4',
  download: 'M8 2v8M4.500 6.500L8 10l3.500-3.500M2.500 13.500h11',
  key: 'M5.500 6.500a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM7.700 7.300L13.500 1.500M10.500 4.500l2 2',
  menu: 'M2.500 4.500h11M2.500 8h11M2.500 11.500h11',
  more: 'M3.500 8h.01M8 8h.01M12.500 8h.01',
  notebook: 'M4 2.500h8.500v11H4zM4 2.500v11M2.500 5h1.500M2.500 8h1.500M2.500 11h1.500M6.500 5.500H10',
  play: 'M5 3.500v9l7-4.500z',
  plugin: 'M6 2.500v3M10 2.500v3M4 5.500h8v2.500a4 4 0 0 1-8 0zM8 12v2',
  receipt: 'M3.500 2v12l1.500-1 1.500 1L8 13l1.500 1 1.500-1 1.500 1V2zM6 5.500h4M6 8.500h4',
  search: 'M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.500 10.500L14 14',
  settings: 'M2.500 5h5M11.500 5h2M2.500 11h2M8.500 11h5M9.500 3.500v3M6.500 9.500v3',
  stop: 'M4 4h8v8H4z',
  text: 'M3 4h10M3 8h10M3 12h6',
  trash: 'M3 4.500h10M6 4.500V3h4v1.500M4.500 4.500l.5 9h6l.5-9',
  undo: 'M6 3.500L3 6.500l3 3M3 6.500h6a4 4 0 0 1 0 8H7',
  up: 'M8 13V3M4 7l4-4 4 4',
  verify: 'M8 1.500l5.500 2v4c0 3.500-2.500 5.500-5.500 7-3-1.500-5.500-3.500-5.500-7v-4zM5.500 8l2 2 3.500-4',
  view: 'M2.500 13V9M6.500 13V5M10.500 13V7M14 13.500H2',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: the control around it carries the label. */
export function Icon(props: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon-svg" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[props.name]} />
    </svg>
  );
}
