const SAYS = { true: 'passed', false: 'failed', null: 'not judged', undefined: 'waiting' } as const;
const SHAPES = {
  true: 'M3 8.500l3.500 3.500L13 4.500',
  false: 'M4 4l8 8M12 4l-8 8',
  null: 'M3.500 8h9',
  undefined: 'M8 8h.01',
} as const;

/** Tick, cross, dash, dot. */
export function CheckMark(props: { readonly ok: boolean | null | undefined }) {
  const key = (): keyof typeof SAYS => String(props.ok) as keyof typeof SAYS;
  return (
    <svg class="icon-svg check-mark" data-ok={key()} viewBox="0 0 16 16" role="img" aria-label={SAYS[key()]}>
      <path d={SHAPES[key()]} />
    </svg>
  );
}
